"""What a process keeps of the weeks ahead: only as long as nothing has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from scheduling.actions import (
    cancel_sequence,
    change_hours,
    close_suite_day,
    copy_roster,
    mark_arrived,
    mark_missed,
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
    record_call_out,
    record_leave,
    set_daily_cap,
    take_back_call_out,
    take_chair_out,
    take_off_shift,
    write_protocol,
)
from scheduling.models import NurseShift, Sequence, SuiteDay
from scheduling.queries.counted import DAYS, WEEKS, Kept, weeks_ahead
from scheduling.queries.offers import offers_page
from scheduling.queries.plans import week_plans
from scheduling.rules.blocks import WeekPlan
from scheduling.rules.capacity import Lengths
from scheduling.rules.wishes import Wish
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, patient_for, staffed, visits_of

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Clinic:
    """One opened week with a sequence in it, kept in this process."""

    site: Site
    at: datetime
    scheduler: StaffUser
    lead: StaffUser  # whoever: actions ask no permission
    booked: Sequence

    @property
    def monday(self) -> SuiteDay:
        return SuiteDay.objects.get(site=self.site, date=MONDAY)

    def shift(self) -> NurseShift:
        return NurseShift.objects.filter(suite_day=self.monday).order_by("-pk")[0]

    def kept(self) -> list[WeekPlan]:
        return [week.week for week in weeks_ahead(self.site, MONDAY, today=self.site.today(self.at)).weeks]

    def afresh(self) -> list[WeekPlan]:
        return week_plans(self.site, MONDAY, today=self.site.today(self.at))


@pytest.fixture
def clinic(committed_db: str) -> Clinic:
    site = people.site()
    open_week(site)
    open_week(site, MONDAY + WEEK, nurses=0)
    scheduler, lead = staffed(site, "scheduler", 1)[0], staffed(site, "physician", 1)[0]
    return Clinic(site, before(site, MONDAY), scheduler, lead, booked_sequence(site))


def by_lead(clinic: Clinic) -> dict[str, object]:
    return {"by": clinic.lead, "at": clinic.at}


Act = Callable[[Clinic], object]
ACTS: dict[str, Act] = {
    "a booking": lambda clinic: booked_sequence(clinic.site, patient=patient_for(clinic.site, MONDAY)),
    "a cancellation": lambda clinic: cancel_sequence(
        sequence=clinic.booked, reason="patient_choice", by=clinic.scheduler, at=clinic.at
    ),
    "a missed day": lambda clinic: mark_missed(
        visit=visits_of(clinic.booked)[2], reason="transport", by=clinic.scheduler, at=clinic.at
    ),
    "an arrival": lambda clinic: mark_arrived(
        visit=visits_of(clinic.booked)[0], by=clinic.scheduler, at=clinic.site.instant(MONDAY, 540)
    ),
    "a shift more": lambda clinic: put_on_shift(
        suite_day=clinic.monday,
        nurse=people.staff("nurse", site=clinic.site),
        from_minute=480,
        to_minute=960,
        breaks=[(720, 750)],
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a shift less": lambda clinic: take_off_shift(shift=clinic.shift(), **by_lead(clinic)),  # type: ignore[arg-type]
    "a provider more": lambda clinic: put_provider_on_site(
        suite_day=SuiteDay.objects.get(site=clinic.site, date=MONDAY + WEEK),
        provider=people.staff("physician", site=clinic.site),
        from_minute=480,
        to_minute=960,
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a call-out": lambda clinic: record_call_out(
        suite_day=clinic.monday,
        person=clinic.shift().nurse,
        from_minute=480,
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "leave": lambda clinic: record_leave(
        person=clinic.shift().nurse,
        first_day=MONDAY,
        last_day=MONDAY,
        because="",
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "other hours": lambda clinic: change_hours(
        suite_day=clinic.monday,
        opens_minute=480,
        closes_minute=960,
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a cap": lambda clinic: set_daily_cap(suite_day=clinic.monday, daily_cap=3, **by_lead(clinic)),  # type: ignore[arg-type]
    "a closure": lambda clinic: close_suite_day(
        suite_day=SuiteDay.objects.get(site=clinic.site, date=MONDAY + WEEK),
        because="storm",
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a Saturday opened": lambda clinic: open_suite_day(
        site=clinic.site,
        date=MONDAY + timedelta(days=5),
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a chair out of service": lambda clinic: take_chair_out(
        site=clinic.site,
        chair=8,
        first_day=MONDAY,
        last_day=None,
        because="repair",
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "other lengths": lambda clinic: write_protocol(
        site=clinic.site,
        name="slower",
        lengths=Lengths(15, 40, 30, 5),
        valid_from=MONDAY + WEEK,
        because="trial",
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
    "a roster copied": lambda clinic: copy_roster(
        site=clinic.site,
        week_of=MONDAY + WEEK,
        **by_lead(clinic),  # type: ignore[arg-type]
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_that_changes_a_day_is_seen_at_once(clinic: Clinic, act: str) -> None:
    known = clinic.kept()
    assert known == clinic.afresh()
    ACTS[act](clinic)
    now = clinic.kept()
    assert now == clinic.afresh()
    assert now != known, "the act changed nothing that the engine looks at"


def test_a_call_out_that_is_taken_back_leaves_the_day_as_it_was(clinic: Clinic) -> None:
    known = clinic.kept()
    call_out = ACTS["a call-out"](clinic)
    assert clinic.kept() != known
    take_back_call_out(call_out=call_out, by=clinic.lead, at=clinic.at)  # type: ignore[arg-type]
    assert clinic.kept() == clinic.afresh() == known


def test_what_has_not_changed_is_kept_and_counted_once(clinic: Clinic) -> None:
    today = clinic.site.today(clinic.at)
    first = weeks_ahead(clinic.site, MONDAY, today=today)
    assert first.weeks[0].places.number == 55
    with CaptureQueriesContext(connection) as queries:
        second = weeks_ahead(clinic.site, MONDAY, today=today)
    assert len(queries) == 3
    assert [one is other for one, other in zip(first.weeks, second.weeks, strict=True)] == [True] * 26
    booked_sequence(clinic.site, patient=patient_for(clinic.site, MONDAY), start_minute=450)
    third = weeks_ahead(clinic.site, MONDAY, today=today)
    assert [one is other for one, other in zip(second.weeks, third.weeks, strict=True)] == [False] + [True] * 25
    assert third.weeks[0].places.number == 54


def test_on_the_day_itself_chairs_no_longer_move(clinic: Clinic) -> None:
    tuesday = MONDAY + timedelta(days=1)
    early = weeks_ahead(clinic.site, MONDAY, today=MONDAY).weeks[0].week
    late = weeks_ahead(clinic.site, MONDAY, today=tuesday).weeks[0].week
    assert [visit.pinned for visit in early.days[1].booked] == [False]
    assert [visit.pinned for visit in late.days[1].booked] == [True]


def test_nothing_is_kept_of_a_transaction_that_may_be_taken_back(clinic: Clinic) -> None:
    DAYS.clear()
    WEEKS.clear()
    with transaction.atomic():
        booked_sequence(clinic.site, patient=patient_for(clinic.site, MONDAY))
        assert clinic.kept() == clinic.afresh()
        transaction.set_rollback(True)
    assert (len(DAYS), len(WEEKS)) == (0, 0)
    booked_sequence(clinic.site, patient=patient_for(clinic.site, MONDAY), start_minute=450)
    assert clinic.kept() == clinic.afresh()


def test_two_clinics_do_not_see_each_others_days(clinic: Clinic) -> None:
    other = people.site(slug="elsewhere")
    open_week(other)
    assert clinic.kept()[0].days[0].booked
    days = weeks_ahead(other, MONDAY, today=MONDAY - WEEK).weeks[0].week.days
    assert not any(day.booked for day in days)


def test_five_offers_over_26_weeks_cost_few_queries_once_the_weeks_are_known(clinic: Clinic) -> None:
    patient = patient_for(clinic.site, MONDAY)
    offers_page(patient, wish=Wish(), at=clinic.at)
    with CaptureQueriesContext(connection) as queries:
        page = offers_page(patient, wish=Wish(), at=clinic.at)
    assert len(page.lines) == 5
    assert len(queries) <= 10


def test_only_the_things_asked_for_last_are_kept() -> None:
    kept: Kept[str] = Kept(2)
    kept.put("a", "first")
    kept.put("b", "second")
    assert kept.get("a") == "first"
    kept.put("c", "third")
    assert [kept.get(key) for key in "abc"] == ["first", None, "third"]
    assert len(kept) == 2
