"""The page of one sequence: what can be done about its days, by whom, and what is refused in words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling import actions
from scheduling.models import Sequence, Visit
from scheduling.states import MissedReason, SequenceState, VisitState
from tests.factories import people
from tests.factories.suite import MONDAY, booked_sequence, open_week, patient_for, visits_of

NINE = 540


@pytest.fixture
def wednesday(site: Site) -> Any:
    """Five days before the week, 10:00, when things are booked."""
    with time_machine.travel(site.instant(MONDAY - timedelta(days=5), 600), tick=False) as clock:
        yield clock


@pytest.fixture
def desk(scheduler: StaffUser, as_user: Any) -> Client:
    client: Client = as_user(scheduler)
    return client


@pytest.fixture
def booked(site: Site, scheduler: StaffUser, wednesday: Any) -> Sequence:
    open_week(site)
    return booked_sequence(site, start_minute=NINE, by=scheduler, at=site.instant(MONDAY - timedelta(days=5), 600))


def page(client: Client, sequence: Sequence) -> str:
    return str(client.get(f"/sequences/{sequence.pk}/").content.decode())


def test_a_booking_just_made_is_undone_and_the_request_stays(desk: Client, booked: Sequence) -> None:
    assert "Undo this booking (until 10:10)" in page(desk, booked)
    desk.post(f"/sequences/{booked.pk}/undo/")
    booked.refresh_from_db()
    assert booked.state == SequenceState.REQUESTED
    assert not Visit.objects.exists()


def test_after_ten_minutes_nothing_is_undone(desk: Client, booked: Sequence, wednesday: Any) -> None:
    wednesday.shift(timedelta(minutes=11))
    assert "Undo this booking" not in page(desk, booked)
    assert desk.post(f"/sequences/{booked.pk}/undo/").status_code == 422
    assert Visit.objects.count() == 5


def test_a_hold_says_when_it_ends_and_is_confirmed_or_given_back(
    site: Site, scheduler: StaffUser, desk: Client, wednesday: Any
) -> None:
    open_week(site)
    facts: dict[str, Any] = {"first_day": MONDAY, "start_minute": NINE, "by": scheduler}
    at: datetime = site.instant(MONDAY - timedelta(days=5), 600)
    one, two = patient_for(site, MONDAY), patient_for(site, MONDAY)
    kept = actions.book_sequence(patient=one, state=SequenceState.HELD, at=at, **facts)
    given = actions.book_sequence(patient=two, state=SequenceState.HELD, at=at, **facts)
    assert "Held until <b>10:15" in page(desk, kept)
    desk.post(f"/sequences/{kept.pk}/confirm/")
    desk.post(f"/sequences/{given.pk}/release/")
    kept.refresh_from_db()
    given.refresh_from_db()
    assert (kept.state, given.state) == (SequenceState.CONFIRMED, SequenceState.REQUESTED)


def test_a_missed_day_is_made_up_in_its_week(
    site: Site, nurse: StaffUser, desk: Client, booked: Sequence, wednesday: Any
) -> None:
    monday, tuesday = visits_of(booked)[:2]
    Visit.objects.filter(pk=visits_of(booked)[4].pk).delete()  # Friday is free for the make-up
    wednesday.move_to(site.instant(MONDAY, 700))
    actions.mark_missed(visit=monday, reason=MissedReason.TRANSPORT, by=nurse, at=site.instant(MONDAY, 700))
    assert f"/visits/{monday.pk}/make-up/" in page(desk, booked)
    words = desk.get(f"/visits/{monday.pk}/make-up/").content.decode()
    assert "Friday 18 September" in words
    desk.post(f"/visits/{monday.pk}/make-up/", {"start": f"2026-09-18 {NINE}"})
    made = Visit.objects.get(makes_up_for=monday)
    assert (made.date, made.start_minute, made.day_index) == (MONDAY + timedelta(days=4), NINE, 1)
    assert "made up" in page(desk, booked)
    assert tuesday.state == VisitState.BOOKED


def test_without_a_start_nothing_is_made_up(
    site: Site, nurse: StaffUser, desk: Client, booked: Sequence, wednesday: Any
) -> None:
    monday = visits_of(booked)[0]
    wednesday.move_to(site.instant(MONDAY, 700))
    actions.mark_missed(visit=monday, reason=MissedReason.TRANSPORT, by=nurse, at=site.instant(MONDAY, 700))
    answer = desk.post(f"/visits/{monday.pk}/make-up/", {"start": ""})
    assert answer.status_code == 422
    assert not Visit.objects.filter(makes_up_for=monday).exists()


def test_a_released_day_gets_its_place_back(desk: Client, booked: Sequence) -> None:
    thursday = visits_of(booked)[3]
    desk.post(f"/visits/{thursday.pk}/release/", {"scope": "day", "reason": "transport"})
    thursday.refresh_from_db()
    assert (thursday.state, thursday.missed_reason) == (VisitState.CANCELLED, "transport")
    desk.post(f"/visits/{thursday.pk}/reinstate/")
    thursday.refresh_from_db()
    assert (thursday.state, thursday.missed_reason) == (VisitState.BOOKED, "")


def test_this_day_and_the_rest_are_released_together(desk: Client, booked: Sequence) -> None:
    desk.post(f"/visits/{visits_of(booked)[2].pk}/release/", {"scope": "rest", "reason": "cost"})
    states = [visit.state for visit in visits_of(booked)]
    assert states == [VisitState.BOOKED] * 2 + [VisitState.CANCELLED] * 3


def test_releasing_needs_a_reason(desk: Client, booked: Sequence) -> None:
    visit = visits_of(booked)[2]
    assert desk.post(f"/visits/{visit.pk}/release/", {"scope": "day"}).status_code == 422
    assert desk.get(f"/visits/{visit.pk}/release/").status_code == 200
    visit.refresh_from_db()
    assert visit.state == VisitState.BOOKED


def test_a_patient_who_is_here_stays_longer(
    site: Site, nurse: StaffUser, as_user: Any, booked: Sequence, wednesday: Any
) -> None:
    monday = visits_of(booked)[0]
    wednesday.move_to(site.instant(MONDAY, NINE))
    actions.mark_arrived(visit=monday, by=nurse, at=site.instant(MONDAY, NINE))
    client = as_user(nurse)
    assert "Stays longer, min" in page(client, booked)
    client.post(f"/visits/{monday.pk}/longer/", {"minutes": "30"})
    monday.refresh_from_db()
    assert monday.observation_minutes == 60


def test_a_late_patient_is_told_whether_it_still_fits(
    site: Site, desk: Client, booked: Sequence, wednesday: Any
) -> None:
    wednesday.move_to(site.instant(MONDAY, NINE + 25))
    assert "Still fits: seated at 09:25" in page(desk, booked)


@pytest.mark.parametrize("role", Role.values)
def test_who_may_open_a_sequence(site: Site, as_user: Any, booked: Sequence, role: str) -> None:
    allowed = ROLES[role] & {Permission.BOOK, Permission.CHART}
    client = as_user(people.staff(role, site=site))
    assert client.get(f"/sequences/{booked.pk}/").status_code == (200 if allowed else 403)
    for act in ("undo", "confirm", "release", "four"):
        answer = client.post(f"/sequences/{booked.pk}/{act}/")
        assert (answer.status_code == 403) == (Permission.BOOK not in ROLES[role])


def test_another_clinic_finds_nothing(other_site: Site, as_user: Any, booked: Sequence) -> None:
    client, visit = as_user(people.staff("scheduler", site=other_site)), visits_of(booked)[0]
    assert client.get(f"/sequences/{booked.pk}/").status_code == 404
    assert client.post(f"/sequences/{booked.pk}/undo/").status_code == 404
    for act in ("longer", "make-up", "reinstate", "release"):
        assert client.post(f"/visits/{visit.pk}/{act}/", {"minutes": "5"}).status_code == 404
