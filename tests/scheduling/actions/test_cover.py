"""Call-outs are facts; what patients then lack stands as cover needed until a named person takes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    change_breaks,
    mark_missed,
    put_on_shift,
    put_provider_on_site,
    record_call_out,
    settle_cover,
    take_back_call_out,
    take_cover,
    take_off_shift,
)
from scheduling.actions.suite import lock_days
from scheduling.models import CallOut, CoverNeeded, NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.cover import open_cover
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import feasible_starts
from tests.factories import people
from tests.factories.plain_sql import first_day, name_of, put, visit_of
from tests.factories.suite import MONDAY, booked_sequence, fill, open_week, visits_of

pytestmark = pytest.mark.django_db
LATE = 9 * 60 + 35


def called(site: Site, person: StaffUser, by: StaffUser, *, minute: int = LATE, to: int | None = None) -> CallOut:
    return record_call_out(
        suite_day=first_day(site),
        person=person,
        from_minute=minute,
        to_minute=to,
        because="Ill",
        by=by,
        at=site.instant(MONDAY, minute),
    )


def rows(**which: Any) -> list[tuple[str, int, int]]:
    open_rows = CoverNeeded.objects.filter(closed_at=None, **which).order_by("kind", "from_minute", "pk")
    return list(open_rows.values_list("kind", "from_minute", "to_minute"))


def plan_of(site: Site) -> Any:
    return day_plans([first_day(site)], today=MONDAY)[MONDAY]


@pytest.fixture
def nurses(site: Site) -> list[StaffUser]:
    """Two nurses, and patients at 09:00, 09:10 and 09:20."""
    open_week(site, nurses=2)
    fill(site, MONDAY, [540, 550, 560])
    return [shift.nurse for shift in NurseShift.objects.filter(suite_day__date=MONDAY).select_related("nurse")]


def test_sch_32_case_34_a_call_out_mid_turn_opens_cover_to_the_minute(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    out = called(site, nurses[0], scheduler)
    assert (out.from_minute, out.to_minute, out.because) == (LATE, 1050, "Ill")
    assert rows() == [("nurse", LATE, 620)], "from 09:35 until the first of three leaves at 10:20"
    (line,) = open_cover(site, MONDAY)
    assert (line.from_clock, line.to_clock, line.how_many, line.patients) == ("09:35", "10:20", 1, 1)
    assert line.taken_by == ""
    assert breaches(plan_of(site)) == [], "cover counts for who is seated"
    assert AuditEvent.objects.filter(event="called_out").count() == 1


def test_sch_32_a_call_out_that_nobody_feels_needs_no_cover(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler, minute=660)
    assert rows() == []
    assert open_cover(site, MONDAY) == []


def test_sch_32_two_call_outs_need_a_person_each(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    called(site, nurses[1], scheduler)
    assert rows() == [("nurse", LATE, 620), ("nurse", LATE, 640)]
    assert [line.patients for line in open_cover(site, MONDAY)] == [2, 2], "two of three, then the two who stay"


def test_sch_32_a_provider_leaves_and_the_running_visits_go_on(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    provider = ProviderPresence.objects.filter(suite_day__date=MONDAY).get().provider
    called(site, provider, scheduler)
    assert rows() == [("provider", LATE, 640)]
    assert [line.patients for line in open_cover(site, MONDAY)] == [3]
    assert feasible_starts(plan_of(site)) == list(range(450, 500, 5)), "discharged as the provider leaves"
    assert name_of(*visit_of(first_day(site), 560, chair=7)) == "suite_provider"


def test_case_17_the_relief_nurse_is_called_out_and_each_break_needs_cover(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    at = site.instant(MONDAY, 460)
    relief = people.staff("nurse", site=site)
    put_on_shift(suite_day=first_day(site), nurse=relief, from_minute=450, to_minute=1050, by=scheduler, at=at)
    one, other = NurseShift.objects.filter(suite_day__date=MONDAY, nurse__in=nurses)
    change_breaks(shift=one, breaks=[(570, 585)], by=scheduler, at=at)
    change_breaks(shift=other, breaks=[(590, 605), (700, 730)], by=scheduler, at=at)
    called(site, relief, scheduler, minute=460)
    assert rows() == [("nurse", 570, 585), ("nurse", 590, 605)]


def test_sch_33_cover_is_never_room_for_a_new_booking(
    site: Site, scheduler: StaffUser, physician: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    called(site, nurses[1], scheduler)
    for cover in CoverNeeded.objects.all():
        taker = people.staff("nurse", site=site)
        take_cover(cover=cover, person=taker, by=scheduler, at=site.instant(MONDAY, LATE))
    assert [minute for minute in feasible_starts(plan_of(site)) if minute > LATE] == []
    assert name_of(*visit_of(first_day(site), 625, chair=8)) == "suite_ratio"
    with pytest.raises(Refused):
        booked_sequence(site, start_minute=625)


def test_sch_34_a_named_person_takes_cover_once(
    site: Site, scheduler: StaffUser, physician: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    (cover,) = CoverNeeded.objects.all()
    at = site.instant(MONDAY, LATE)
    take_cover(cover=cover, person=physician, by=scheduler, at=at)
    assert [line.taken_by for line in open_cover(site, MONDAY)] == [physician.name]
    with pytest.raises(Refused, match=f"{physician.name} has taken this cover already"):
        take_cover(cover=cover, person=people.staff("nurse", site=site), by=scheduler, at=at)
    assert AuditEvent.objects.get(event="cover_taken").detail["person"] == physician.pk


def test_sch_34_who_cannot_take_cover(
    site: Site, other_site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    (cover,) = CoverNeeded.objects.all()
    untrained = people.staff("nurse", site=site, is_ketamine_trained=False)
    stranger = people.staff("nurse", site=other_site)
    for person in (scheduler, untrained, stranger):
        with pytest.raises(Refused, match="Choose another person"):
            take_cover(cover=cover, person=person, by=scheduler, at=site.instant(MONDAY, LATE))
    with pytest.raises(Refused, match="is counted from 07:30 to 17:30 already"):
        take_cover(cover=cover, person=nurses[1], by=scheduler, at=site.instant(MONDAY, LATE))


def test_a_person_who_took_cover_and_leaves_covers_nobody(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    taker = people.staff("nurse", site=site)
    take_cover(cover=CoverNeeded.objects.get(), person=taker, by=scheduler, at=site.instant(MONDAY, LATE))
    called(site, taker, scheduler, minute=600)
    assert [line.taken_by for line in open_cover(site, MONDAY)] == [""]


def test_a_call_out_recorded_twice_is_one(site: Site, scheduler: StaffUser, nurses: list[StaffUser]) -> None:
    assert called(site, nurses[0], scheduler) == called(site, nurses[0], scheduler)
    assert CallOut.objects.count() == 1


def test_case_11_a_call_out_ends_after_it_begins_and_is_of_somebody_rostered(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    for to in (LATE, LATE - 5):
        with pytest.raises(Refused, match="must end after it begins"):
            called(site, nurses[0], scheduler, to=to)
    with pytest.raises(Refused, match="is not on the roster from 09:35"):
        called(site, scheduler, scheduler)


def test_a_call_out_taken_back_closes_the_cover(site: Site, scheduler: StaffUser, nurses: list[StaffUser]) -> None:
    out, at = called(site, nurses[0], scheduler), site.instant(MONDAY, 580)
    take_back_call_out(call_out=out, by=scheduler, at=at)
    assert rows() == []
    assert CoverNeeded.objects.get().closed_at == at
    with pytest.raises(Refused, match="taken back already"):
        take_back_call_out(call_out=out, by=scheduler, at=at)


def test_cover_that_is_needed_in_part_keeps_its_taker(
    site: Site, scheduler: StaffUser, physician: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    at = site.instant(MONDAY, LATE)
    take_cover(cover=CoverNeeded.objects.get(), person=physician, by=scheduler, at=at)
    hours = {"from_minute": 600, "to_minute": 1050}
    put_on_shift(suite_day=first_day(site), nurse=people.staff("nurse", site=site), by=scheduler, at=at, **hours)
    assert rows(taken_by=physician) == [("nurse", LATE, 600)]
    assert rows() == [("nurse", LATE, 600)]


def test_a_provider_who_comes_closes_the_cover(site: Site, scheduler: StaffUser, nurses: list[StaffUser]) -> None:
    provider = ProviderPresence.objects.filter(suite_day__date=MONDAY).get().provider
    called(site, provider, scheduler)
    relief, at = people.staff("physician", site=site), site.instant(MONDAY, LATE)
    hours = {"from_minute": LATE, "to_minute": 1050}
    put_provider_on_site(suite_day=first_day(site), provider=relief, by=scheduler, at=at, **hours)
    assert rows() == []


def test_cover_is_settled_after_a_visit_is_gone(site: Site, scheduler: StaffUser, nurses: list[StaffUser]) -> None:
    called(site, nurses[0], scheduler)
    last = first_day(site).visits.select_related("site").get(start_minute=560)
    at = site.instant(MONDAY, 570)
    mark_missed(visit=last, reason="illness", by=scheduler, at=at)
    with transaction.atomic():
        (day,) = lock_days(site=site, dates=[MONDAY])
        assert settle_cover(day, by=scheduler, at=at) == []
    assert rows() == []


def test_sch_21_cover_does_not_let_another_shift_go(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    other = NurseShift.objects.get(suite_day__date=MONDAY, nurse=nurses[1])
    with pytest.raises(Refused, match="too many patients for the nurses on the floor"):
        take_off_shift(shift=other, by=scheduler, at=site.instant(MONDAY, LATE))
    assert name_of("DELETE FROM scheduling_nurseshift WHERE id = %s", [other.pk]) == "suite_ratio"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scheduling_coverneeded SET closed_at = now()",
        "UPDATE scheduling_coverneeded SET to_minute = to_minute - 1",
    ],
)
def test_sch_33_cover_that_is_needed_is_not_closed(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser], statement: str
) -> None:
    called(site, nurses[0], scheduler)
    assert name_of(statement) == "suite_ratio"


def test_cover_that_was_called_for_stays_on_record(
    site: Site, scheduler: StaffUser, nurses: list[StaffUser]
) -> None:
    called(site, nurses[0], scheduler)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM scheduling_coverneeded")
    assert CoverNeeded.objects.exists()


def test_a_patient_in_the_chair_stays_longer_under_cover_a_booked_one_does_not(
    site: Site, scheduler: StaffUser
) -> None:
    """A visit that is under way is a fact and may lean on cover; the database refuses it without."""
    open_week(site, nurses=1)
    day = first_day(site)
    seated = put(day, 540, chair=1, state="arrived")
    put(day, 625, chair=2)
    put(day, 635, chair=3)
    longer = "UPDATE scheduling_visit SET observation_minutes = 60 WHERE id = %s"
    assert name_of(longer, [seated.pk]) == "suite_ratio"
    CoverNeeded.objects.create(
        site=site,
        suite_day=day,
        kind="nurse",
        from_minute=635,
        to_minute=650,
        how_many=1,
        opened_at=site.instant(MONDAY, 600),
        opened_by=scheduler,
    )
    visits_of(seated.sequence)
    day.visits.filter(pk=seated.pk).update(observation_minutes=60)
    booked = day.visits.get(start_minute=635)
    with pytest.raises(IntegrityError, match="3 patients for 1 nurse"), transaction.atomic():
        day.visits.filter(pk=booked.pk).update(start_minute=630)


def test_another_day_is_untouched(site: Site, scheduler: StaffUser, nurses: list[StaffUser]) -> None:
    called(site, nurses[0], scheduler)
    assert open_cover(site, MONDAY + timedelta(days=1)) == []
    assert SuiteDay.objects.get(date=MONDAY + timedelta(days=1)).version == 3 + 3
