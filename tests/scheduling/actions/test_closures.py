"""Days closed after booking: cut, moved, or back to the requests; what is shown before is what happens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    agree_to_four,
    book_sequence,
    decide_week,
    declare_closure,
    mark_arrived,
    request_sequence,
)
from scheduling.models import Sequence, SuiteDay, Visit, WeekPolicy
from scheduling.queries.closing import closing_effects
from scheduling.rules.blocks import blocks_of
from scheduling.rules.closures import EffectKind
from scheduling.rules.sequences import why_not
from scheduling.rules.wishes import Wish
from scheduling.states import SequenceMode, SequenceState, WeekRule
from tests.factories.suite import MONDAY, attend, before, booked_sequence, open_week, patient_for, visits_of
from tests.scheduling.actions.test_missing import SATURDAY, open_saturday
from tests.scheduling.rules.days import suite_week

pytestmark = pytest.mark.django_db
NINE = 540
NEXT_MONDAY = MONDAY + timedelta(weeks=1)


def day_of(site: Site, number: int) -> SuiteDay:
    return SuiteDay.objects.select_related("site").get(site=site, date=MONDAY + timedelta(days=number))


def dates(sequence: Sequence) -> list[int]:
    rows = sequence.visits.exclude(state__in=["missed", "cancelled"]).order_by("date")
    return [row.date.day for row in rows]


@pytest.mark.parametrize("closed", [(0,), (2,), (3,), (4,), (0, 4)])
def test_case_21_a_week_with_a_holiday_is_not_offered_until_the_clinic_decides(closed: tuple[int, ...]) -> None:
    """Monday, Wednesday, Thursday (Thanksgiving), Friday, and two in one week at the year's end."""
    week = suite_week()
    days = tuple(
        replace(day, closed="Holiday") if number in closed else day for number, day in enumerate(week.days)
    )
    holiday = replace(week, days=days)
    today = MONDAY - timedelta(days=5)
    found = why_not(holiday, NINE, group_day=MONDAY - timedelta(days=7), booked_days=(), today=today)
    assert "SCH-12" in {problem.rule for problem in found}
    assert f"so this week has {5 - len(closed)} days" in " ".join(problem.sentence for problem in found)
    short = blocks_of(holiday, WeekRule.SHORT)
    assert [len(block.dates) for block in short] == ([4] if len(closed) == 1 else [])
    assert blocks_of(holiday, WeekRule.SKIP) == []


def test_case_22_skip_sends_them_back_with_the_wish_kept(
    site: Site, scheduler: StaffUser, lead: StaffUser
) -> None:
    open_week(site)
    patient, at = patient_for(site, MONDAY), before(site, MONDAY)
    request_sequence(patient=patient, wish=Wish(minute=NINE, note="by bus"), by=scheduler, at=at)
    sequence = book_sequence(patient=patient, first_day=MONDAY, start_minute=NINE, by=scheduler, at=at)
    shown = closing_effects(day_of(site, 2), at=at)
    assert shown.count(WeekRule.SKIP, EffectKind.BACK) == 1
    declare_closure(suite_day=day_of(site, 2), because="Water damage", rule="skip", by=lead, at=at)
    sequence.refresh_from_db()
    assert (sequence.state, sequence.wish_note, Visit.objects.count()) == ("requested", "by bus", 0)
    assert day_of(site, 2).closed_because == "Water damage"
    assert WeekPolicy.objects.get(first_day=MONDAY).rule == "skip"


def test_case_22_short_cuts_to_four_and_the_patient_agrees(
    site: Site, scheduler: StaffUser, lead: StaffUser, nurse: StaffUser
) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    declare_closure(suite_day=day_of(site, 2), because="Holiday", rule="short", by=lead, at=at)
    sequence.refresh_from_db()
    cut = sequence.visits.get(state="cancelled")
    assert (sequence.state, cut.missed_reason, cut.date.day) == ("interrupted", "clinic_closed", 16)
    agree_to_four(sequence=sequence, by=scheduler, at=at)
    sequence.refresh_from_db()
    assert (sequence.state, sequence.mode, sequence.planned_visits) == ("confirmed", SequenceMode.SHORT, 4)
    for visit in sequence.visits.filter(state="booked").select_related("site").order_by("date"):
        attend(visit, by=nurse)
    sequence.refresh_from_db()
    assert sequence.state == SequenceState.ENDED_EARLY


def test_case_22_a_closed_monday_moves_to_the_opened_saturday(site: Site, lead: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    full = booked_sequence(site, start_minute=NINE + 10)
    open_saturday(site)
    SuiteDay.objects.filter(date=SATURDAY).update(daily_cap=1)
    shown = closing_effects(day_of(site, 0), at=at)
    words = [line.effect.words for line in shown.by_rule[WeekRule.SATURDAY]]
    assert words[0] == "keeps five days: until Saturday 19 September, 09:00"
    declare_closure(suite_day=day_of(site, 0), because="Labor Day", rule="saturday", by=lead, at=at)
    sequence.refresh_from_db()
    assert dates(sequence) == [15, 16, 17, 18, 19]
    assert [visit.day_index for visit in sequence.visits.order_by("date")] == [1, 2, 3, 4, 5]
    assert (sequence.mode, sequence.first_day.day) == (SequenceMode.CALENDAR_DAYS, 15)
    full.refresh_from_db()
    assert full.state == "requested", "the Saturday takes one"


def test_case_22_rolling_moves_the_last_day_over_the_weekend(site: Site, lead: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    open_week(site, NEXT_MONDAY)
    declare_closure(suite_day=day_of(site, 3), because="Thanksgiving", rule="rolling", by=lead, at=at)
    sequence.refresh_from_db()
    assert dates(sequence) == [14, 15, 16, 18, 21]
    assert (sequence.mode, sequence.state) == (SequenceMode.CLINIC_DAYS, "confirmed")


def test_case_23_a_saturday_opened_and_closed_again(site: Site, scheduler: StaffUser, lead: StaffUser) -> None:
    open_week(site, closed={MONDAY: "Holiday"})
    open_saturday(site)
    at = before(site, MONDAY)
    patient = patient_for(site, MONDAY)
    dates_of = [MONDAY + timedelta(days=number) for number in range(1, 6)]
    tuesday = {"patient": patient, "first_day": dates_of[0], "dates": dates_of, "start_minute": NINE}
    sequence = book_sequence(**tuesday, by=scheduler, at=at)
    assert sequence.mode == SequenceMode.CALENDAR_DAYS
    with pytest.raises(Refused, match="1 patient holds a place on Saturday"):
        decide_week(site=site, first_day=MONDAY, rule="skip", because="", by=lead, at=at)
    saturday = SuiteDay.objects.select_related("site").get(date=SATURDAY)
    declare_closure(suite_day=saturday, because="No nurse found", rule="skip", by=lead, at=at)
    sequence.refresh_from_db()
    assert (sequence.state, Visit.objects.count()) == ("requested", 0)
    decide_week(site=site, first_day=MONDAY, rule="saturday", because="again", by=lead, at=at)
    assert SuiteDay.objects.get(date=SATURDAY).closed_because == "No nurse found", "a closure with a reason stays"


def test_case_23_an_empty_saturday_follows_the_decision(site: Site, lead: StaffUser) -> None:
    open_week(site)
    at = before(site, MONDAY)
    for rule, closed in (("saturday", False), ("skip", True), ("saturday", False)):
        decide_week(site=site, first_day=MONDAY, rule=rule, because="", by=lead, at=at)
        assert SuiteDay.objects.get(date=SATURDAY).is_closed is closed


def test_case_24_weather_at_eleven_who_is_seated_stays(site: Site, nurse: StaffUser, lead: StaffUser) -> None:
    early, seated = booked_sequence(site, start_minute=450), booked_sequence(site, start_minute=620)
    later = booked_sequence(site, start_minute=800)
    attend(visits_of(early)[0], by=nurse)
    mark_arrived(visit=visits_of(seated)[0], by=nurse, at=visits_of(seated)[0].starts_at)
    eleven = site.instant(MONDAY, 660)
    shown = closing_effects(day_of(site, 0), at=eleven, from_minute=660)
    assert [line.sequence.pk for line in shown.by_rule[WeekRule.SKIP]] == [later.pk]
    assert len(shown.staying) == 2
    with pytest.raises(Refused, match="2 patients are here already"):
        declare_closure(suite_day=day_of(site, 0), because="Ice storm", rule="short", by=lead, at=eleven)
    declare_closure(
        suite_day=day_of(site, 0), because="Ice storm", rule="short", by=lead, at=eleven, from_minute=660
    )
    assert day_of(site, 0).closes_minute == 660
    later.refresh_from_db()
    assert (later.state, later.visits.get(state="cancelled").missed_reason) == ("interrupted", "clinic_closed")
    assert [visits_of(one)[0].state for one in (early, seated)] == ["attended", "arrived"]


def test_sch_64_a_sequence_that_has_begun_never_goes_back(site: Site, nurse: StaffUser, lead: StaffUser) -> None:
    sequence = booked_sequence(site)
    attend(visits_of(sequence)[0], by=nurse)
    at = site.instant(MONDAY, 900)
    declare_closure(suite_day=day_of(site, 3), because="Flood", rule="skip", by=lead, at=at)
    sequence.refresh_from_db()
    assert (sequence.state, dates(sequence)) == ("interrupted", [14, 15, 16, 18])


def test_sch_64_a_closure_needs_a_reason_and_a_day_to_come(site: Site, lead: StaffUser) -> None:
    booked_sequence(site)
    with pytest.raises(Refused, match="Say why") as refused:
        declare_closure(
            suite_day=day_of(site, 2), because=" ", rule="skip", by=lead, at=site.instant(NEXT_MONDAY, 600)
        )
    assert {problem.rule for problem in refused.value.problems} == {"SCH-64"}
    assert "is over" in str(refused.value)
    assert Visit.objects.filter(state="booked").count() == 5
