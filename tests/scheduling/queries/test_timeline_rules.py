"""The order of the timeline, its filters, and its picture."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from scheduling.queries.timeline_picture import LEFT, RIGHT, picture
from scheduling.rules.timeline import KINDS, TimelineEvent, kinds_of, merged, so_far, to_come

TODAY = date(2026, 9, 9)


def event(day: date, kind: str = "order", hour: int = 12, **more: Any) -> TimelineEvent:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return TimelineEvent(at, day, kind, more.pop("title", f"{kind} {day.day}"), **more)


def test_enr_85_what_is_planned_stands_first_then_what_happened_newest_first() -> None:
    events = merged(
        [
            event(TODAY + timedelta(days=2), planned=True),
            event(TODAY - timedelta(days=3)),
            event(TODAY + timedelta(days=1), planned=True),
            event(TODAY, hour=9),
            event(TODAY, hour=15),
        ]
    )
    assert [day.day.day for day in to_come(events)] == [10, 11]
    assert [day.day.day for day in so_far(events)] == [9, 6]
    assert [one.at.hour for one in so_far(events)[0].events] == [15, 9]


def test_enr_85_entries_of_one_moment_keep_the_order_of_the_kinds() -> None:
    events = merged([event(TODAY, kind) for kind in reversed(KINDS)])
    assert [one.kind for one in events] == list(KINDS)


def test_an_entry_to_the_right_replaces_the_one_about_the_same_visit() -> None:
    left = [event(TODAY, "sequence", subject="visit:7"), event(TODAY, "sequence", subject="visit:8")]
    right = [event(TODAY, "infusion", subject="visit:7")]
    assert [(one.kind, one.subject) for one in merged(left, right)] == [
        ("sequence", "visit:8"),
        ("infusion", "visit:7"),
    ]


def test_a_filter_shows_one_kind_and_the_counts_stay_whole() -> None:
    events = merged([event(TODAY), event(TODAY, "weight"), event(TODAY, "weight", hour=14)])
    assert [one.kind for day in so_far(events, "order") for one in day.events] == ["order"]
    assert kinds_of(events) == [("order", "Orders", 1), ("weight", "Weights", 2)]


def test_a_span_is_drawn_and_not_listed() -> None:
    span = event(TODAY, "questionnaire", lane="Questionnaires", until=TODAY + timedelta(days=30), title="baseline")
    mark = event(TODAY, "referral", lane="Visits", mark="Referral")
    assert kinds_of([span, mark]) == [("referral", "Referral", 1)]
    drawn = picture([span, mark], today=TODAY)
    assert drawn is not None
    assert [bar.word for lane in drawn.lanes for bar in lane.bars] == ["baseline"]


def test_nothing_to_draw_is_no_picture() -> None:
    assert picture([], today=TODAY) is None
    assert picture([event(TODAY, "weight")], today=TODAY) is None


def test_everything_drawn_lies_on_the_axis() -> None:
    days = [TODAY - timedelta(days=1200), TODAY - timedelta(days=3), TODAY + timedelta(days=40)]
    events = [
        event(day, lane="Infusions", mark=f"Sequence {n}", planned=day > TODAY) for n, day in enumerate(days)
    ]
    drawn = picture([*events, event(days[0], lane="Visits", mark="Referral")], today=TODAY)
    assert drawn is not None
    places = [float(x) for lane in drawn.lanes for run in lane.runs for x in (*run.given, *run.planned)]
    assert len(places) == 3
    assert all(LEFT <= x <= RIGHT for x in places)
    assert float(drawn.today_x) + float(drawn.future) == RIGHT
    assert all(LEFT <= float(month.x) <= RIGHT for month in drawn.months)


def test_marks_of_neighbouring_days_share_a_square_and_its_words() -> None:
    near = [
        event(TODAY, "referral", lane="Visits", mark="Referral"),
        event(TODAY, lane="Visits", mark="Assessment"),
    ]
    drawn = picture(near, today=TODAY)
    assert drawn is not None
    (mark,) = drawn.lanes[0].marks
    assert mark.word == "Referral, Assessment"
