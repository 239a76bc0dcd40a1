"""The nights on which the clocks change: an infusion across 01:00 to 02:00 keeps its minutes and says its zone."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from infusions.forms.vitals import moment_of
from infusions.models import Infusion, VitalSet
from infusions.queries.course import Course
from infusions.queries.flowsheet import rows_of
from infusions.queries.trend import trend
from infusions.rules.vitals import BASELINE_AGE, choose_baseline
from infusions.states import Rhythm
from kitclinic.models import Site, StaffUser

NEW_YORK, PHOENIX = Site(time_zone="America/New_York"), Site(time_zone="America/Phoenix")
BACK = datetime(2026, 11, 1, 5, 25, tzinfo=UTC)  # 01:25 EDT; at 06:00 UTC it is 01:00 EST
FORWARD = datetime(2027, 3, 14, 6, 25, tzinfo=UTC)  # 01:25 EST; at 07:00 UTC it is 03:00 EDT
MINUTE = timedelta(minutes=1)
DUE = (15, 30, 40, 55, 70)


def course(start: datetime, *, minutes: tuple[int, ...] = (), ended: bool = False) -> Course:
    """An infusion started then, with a baseline 10 min before and sets so many minutes after the start."""
    nurse = StaffUser(name="Ines Varga")
    infusion = Infusion(pk=1, state="observing" if ended else "infusing", started_at=start, baseline_id=1)
    infusion.ended_at = start + 40 * MINUTE if ended else None
    codes = dict(zip(DUE, ("start+15", "start+30", "end", "end+15", "end+30"), strict=True))
    sets = tuple(
        VitalSet(
            pk=number,
            infusion=infusion,
            slot=codes.get(after, "baseline"),
            sbp=128,
            dbp=78,
            hr=70,
            spo2=98,
            rhythm=Rhythm.SINUS,
            occurred_at=start + after * MINUTE,
            received_at=start + after * MINUTE,
            by=nurse,
        )
        for number, after in enumerate((-10, *minutes), 1)
    )
    return Course(infusion, (), sets, ())


NIGHTS = [
    (NEW_YORK, BACK, ["01:25 EDT", "01:40 EDT", "01:55 EDT", "01:05 EST", "01:20 EST", "01:35 EST"]),
    (NEW_YORK, FORWARD, ["01:25 EST", "01:40 EST", "01:55 EST", "03:05 EDT", "03:20 EDT", "03:35 EDT"]),
    (PHOENIX, BACK, ["22:25", "22:40", "22:55", "23:05", "23:20", "23:35"]),
    (PHOENIX, FORWARD, ["23:25", "23:40", "23:55", "00:05", "00:20", "00:35"]),
    (NEW_YORK, BACK + timedelta(days=1), ["00:25", "00:40", "00:55", "01:05", "01:20", "01:35"]),
]


@pytest.mark.parametrize(("site", "start", "said"), NIGHTS)
def test_due_01_the_grid_keeps_its_minutes_and_says_the_zone_where_an_hour_comes_twice(site, start, said):
    grid = course(start).grid(start)
    assert [slot.due_at - start for slot in grid] == [after * MINUTE for after in DUE]
    assert [site.clock(start), *(site.clock(slot.due_at) for slot in grid)] == said


@pytest.mark.parametrize(("site", "start", "said"), NIGHTS)
def test_the_flowsheet_stands_in_the_order_of_what_happened_with_its_clock_times(site, start, said):
    chart = course(start, minutes=DUE, ended=True)
    rows = rows_of(chart, site=site, at=start + 75 * MINUTE)
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert [row.timing for row in rows[1:]] == ["on time"] * 5
    page = render_to_string("infusions/_chart_flow.html", {"chart": SimpleNamespace(rows=rows), "site": site})
    places = [page.index(f"<b>{one}</b>") for one in said[1:]]
    assert places == sorted(places)


@pytest.mark.parametrize(("site", "start", "said"), NIGHTS)
def test_the_trend_runs_forward_through_the_change(site, start, said):
    drawn = trend(course(start, minutes=DUE, ended=True), site=site, at=start + 75 * MINUTE)
    assert drawn is not None
    xs = [float(mark.x) for mark in drawn.lines[0].marks]
    assert xs == sorted(set(xs))
    assert drawn.ticks[0].time == said[0]
    assert {tick.time for tick in drawn.ticks} <= set(said)


@pytest.mark.parametrize("start", [BACK, FORWARD])
def test_vit_12_the_age_of_a_baseline_is_counted_in_real_minutes(start):
    """Across 02:00 the clock says 75 or −45 min where 15 have gone."""
    at = start + 35 * MINUTE + 5 * MINUTE
    chart = course(at - 5 * MINUTE)  # its baseline was read 15 min before ``at``
    assert choose_baseline(chart.candidates(), at=at) is not None
    assert at - chart.sets[0].occurred_at == BASELINE_AGE
    assert choose_baseline(chart.candidates(), at=at + MINUTE) is None


@pytest.mark.parametrize(
    ("site", "at", "typed", "meant"),
    [
        (NEW_YORK, BACK, time(1, 20), BACK - 5 * MINUTE),
        (NEW_YORK, BACK + 45 * MINUTE, time(1, 5), BACK + 40 * MINUTE),  # 01:10 EST: the second 01:05
        (NEW_YORK, BACK + 45 * MINUTE, time(1, 55), BACK + 30 * MINUTE),  # the first: the second is to come
        (NEW_YORK, BACK + 45 * MINUTE, time(1, 40), BACK + 15 * MINUTE),
        (NEW_YORK, FORWARD + 40 * MINUTE, time(3, 0), FORWARD + 35 * MINUTE),
        (NEW_YORK, FORWARD + 40 * MINUTE, time(1, 55), FORWARD + 30 * MINUTE),
        (PHOENIX, BACK, time(22, 20), BACK - 5 * MINUTE),
        (PHOENIX, FORWARD + 40 * MINUTE, time(23, 55), FORWARD + 30 * MINUTE),  # before midnight
        (
            NEW_YORK,
            datetime(2026, 9, 14, 14, 0, tzinfo=UTC),
            time(15, 0),
            datetime(2026, 9, 14, 19, 0, tzinfo=UTC),
        ),
    ],
)
def test_run_01_a_typed_time_is_the_last_one_that_is_not_in_the_future(site, at, typed, meant):
    """A time that is still to come today stays what it is, for the rule to refuse."""
    assert moment_of(site, typed, at) == meant


@pytest.mark.parametrize(
    ("day", "changes"),
    [((2026, 11, 1), True), ((2027, 3, 14), True), ((2026, 10, 31), False), ((2026, 11, 2), False)],
)
def test_only_a_day_on_which_the_clocks_change_says_its_zone(day, changes):
    noon = datetime(*day, 17, 0, tzinfo=UTC)
    assert NEW_YORK.changes_clocks(NEW_YORK.today(noon)) is changes
    assert (" E" in NEW_YORK.clock(noon)) is changes
    assert " " not in PHOENIX.clock(noon)
