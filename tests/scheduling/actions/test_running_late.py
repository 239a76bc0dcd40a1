"""The day itself: a longer stay, a late arrival, a returning patient, one driver for two."""

from datetime import timedelta

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Notice, Refused
from scheduling.actions import (
    book_sequence,
    mark_arrived,
    mark_missed,
    move_day,
    name_driver,
    prolong_observation,
)
from scheduling.models import CoverNeeded, Visit
from scheduling.queries.driving import shared_drivers
from scheduling.queries.running_late import late
from scheduling.rules.running_late import late_arrival, prolonging
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, visits_of
from tests.scheduling.rules.days import suite_day, visits

pytestmark = pytest.mark.django_db
NINE = 540
DRIVER = {"name": "Marta Quist", "relationship": "sister", "phone": "555-010-7788", "transport": "family"}


def here(visit: Visit, by: StaffUser) -> Visit:
    mark_arrived(visit=visit, by=by, at=visit.starts_at)
    rows = Visit.objects.select_related("sequence__site", "sequence__patient", "site", "suite_day")
    return rows.get(pk=visit.pk)


def test_case_32_thirty_minutes_longer_the_next_patient_gets_another_chair(site: Site, nurse: StaffUser) -> None:
    stays = booked_sequence(site, start_minute=NINE, chair_wish=1)
    following = booked_sequence(site, start_minute=NINE + 85, chair_wish=1)
    visit = here(visits_of(stays)[0], nurse)
    longer = prolong_observation(visit=visit, minutes=30, by=nurse, at=site.instant(MONDAY, NINE + 70))
    assert (longer.leaves_minute, longer.observation_minutes, longer.chair) == (NINE + 110, 60, 1)
    after = visits_of(following)[0]
    assert (after.start_minute, after.chair != 1) == (NINE + 85, True)
    assert visits_of(following)[1].chair == 1, "only today changes"
    assert CoverNeeded.objects.count() == 0
    assert AuditEvent.objects.get(event="observation_prolonged").detail["minutes"] == 30


def test_case_32_without_another_chair_a_later_start_is_confirmed_first(site: Site, nurse: StaffUser) -> None:
    site.chairs = 1
    site.save()
    stays, following = booked_sequence(site, start_minute=NINE), booked_sequence(site, start_minute=NINE + 85)
    visit, at = here(visits_of(stays)[0], nurse), site.instant(MONDAY, NINE + 70)
    with pytest.raises(Refused, match="visit at 10:25 in chair 1 would begin at 10:55") as refused:
        prolong_observation(visit=visit, minutes=30, by=nurse, at=at)
    assert {problem.rule for problem in refused.value.problems} == {"SCH-65"}
    prolong_observation(visit=visit, minutes=30, by=nurse, at=at, confirmed=frozenset({"SCH-65"}))
    assert visits_of(following)[0].start_minute == NINE + 115


def test_case_32_where_nothing_is_left_a_person_moves_the_next_visit(site: Site, nurse: StaffUser) -> None:
    site.chairs = 1
    site.save()
    stays, following = booked_sequence(site, start_minute=880), booked_sequence(site, start_minute=965)
    visit = here(visits_of(stays)[0], nurse)
    with pytest.raises(Refused, match="Move or cancel it first"):
        prolong_observation(visit=visit, minutes=30, by=nurse, at=site.instant(MONDAY, 940))
    assert visits_of(following)[0].start_minute == 965


def test_case_32_cover_opens_where_the_ratio_would_break(site: Site, nurse: StaffUser) -> None:
    """A fact is not refused: one nurse with two, and a third seated as the second should have left."""
    open_week(site, nurses=1)
    first = booked_sequence(site, start_minute=NINE)
    booked_sequence(site, start_minute=NINE + 10)
    booked_sequence(site, start_minute=NINE + 80)
    visit = here(visits_of(first)[0], nurse)
    prolong_observation(visit=visit, minutes=30, by=nurse, at=site.instant(MONDAY, NINE + 70))
    (cover,) = CoverNeeded.objects.filter(closed_at=None)
    assert (cover.kind, cover.from_minute, cover.to_minute) == ("nurse", NINE + 80, NINE + 90)


def test_sch_65_only_who_is_here_stays_longer(site: Site, nurse: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    with pytest.raises(Refused, match="Only a patient who is here"):
        prolong_observation(visit=visit, minutes=30, by=nurse, at=visit.starts_at)


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_sch_65_a_longer_stay_has_sensible_minutes(minutes: int) -> None:
    found = prolonging(suite_day(*visits(NINE)), 1, minutes)
    assert [problem.rule for problem in found.problems] == ["SCH-65"]


def test_case_33_twenty_five_minutes_late_still_fits(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=NINE, chair_wish=2))[0]
    visit = Visit.objects.select_related("sequence__site", "sequence__patient", "site", "suite_day").get(
        pk=visit.pk
    )
    at = site.instant(MONDAY, NINE + 23)
    answer = late(visit, at=at)
    assert (answer.fits, answer.start, answer.chair) == (True, NINE + 25, 2)
    assert answer.sentence == "Still fits: seated at 09:25, leaves at 10:45."
    moved = move_day(visit=visit, date=MONDAY, start_minute=NINE + 25, by=scheduler, at=at)
    assert moved.start_minute == NINE + 25


def test_case_33_twenty_five_minutes_late_no_longer_fits() -> None:
    one_nurse = suite_day(*visits(NINE, NINE + 10, NINE + 80), nurses=((450, 1050),))
    answer = late_arrival(one_nurse, 1, NINE + 25)
    assert not answer.fits
    assert answer.sentence.startswith("No longer fits at 09:25. Monday 14 September: 1 nurse is on the floor")
    assert "The next start today is" in answer.sentence
    last = late_arrival(suite_day(*visits(970)), 1, 995)
    assert last.sentence.endswith("No start is left today.")
    assert last.start is None


def test_case_29_one_patient_never_has_two_sequences_at_once(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    open_week(site, MONDAY + timedelta(weeks=1))
    with pytest.raises(Refused) as refused:
        book_sequence(
            patient=sequence.patient,
            first_day=MONDAY + timedelta(weeks=1),
            start_minute=700,
            by=scheduler,
            at=before(site, MONDAY),
        )
    assert "SCH-23" in {problem.rule for problem in refused.value.problems}


def test_case_29_and_drv_07_one_driver_for_two_patients_is_a_notice(site: Site, scheduler: StaffUser) -> None:
    one, other, at = booked_sequence(site), booked_sequence(site, start_minute=700), before(site, MONDAY)
    name_driver(visits=visits_of(one), by=scheduler, at=at, **DRIVER)
    assert shared_drivers(visits_of(one)) == []
    name_driver(visits=visits_of(other)[:1], by=scheduler, at=at, **DRIVER | {"phone": "(555) 010 7788"})
    (problem,) = shared_drivers(visits_of(other))
    assert isinstance(problem, Notice)
    assert problem.rule == "DRV-07"
    assert "Marta Quist also drives another patient on Monday 14 September, at 09:00" in problem.sentence
    mark_missed(visit=visits_of(one)[0], reason="illness", by=scheduler, at=at)
    assert shared_drivers(visits_of(other)) == []
