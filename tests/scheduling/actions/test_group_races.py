"""Two people plan, seat or cancel at one moment: exactly one of two conflicting acts passes."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections

from kitclinic.models import Site
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import GroupSeat, GroupVisit, GroupWait, Patient
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW
from tests.races import race


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    yield people.site()
    connections.close_all()


def test_enr_20_the_ninth_person_in_an_eight_seat_room_is_refused_under_two_requests(clinic: Site) -> None:
    group = make.group_visit(site=clinic, day=clinic.today(NOW) + timedelta(days=1), capacity=8)
    for _ in range(3):
        make.booked_patient(site=clinic, group=group)
    patients = [make.eligible_patient(site=clinic) for _ in range(2)]
    scheduler = make.actor("scheduler", clinic)

    def book(patient: Patient) -> Callable[[], object]:
        return lambda: actions.book_seat(
            group=group, patient=patient, support_person="Paul Marrin", by=scheduler, at=NOW
        )

    done, lost = race(*(book(patient) for patient in patients))
    assert (len(done), len(lost)) == (1, 1)
    assert "8 of 8 seats are taken, and a patient needs 2" in str(lost[0])
    assert GroupSeat.objects.filter(group=group).count() == 4


def test_enr_63_one_lead_planned_twice_at_one_moment_leads_one_group_visit(clinic: Site) -> None:
    leads = {role: make.actor(role, clinic) for role in ("physician", "psychologist", "scheduler")}
    other = people.staff("psychologist", site=clinic)

    def plan(start: int, room: str, psychologist: object) -> Callable[[], object]:
        return lambda: actions.plan_group_visit(
            site=clinic,
            day=clinic.today(NOW) + timedelta(days=1),
            start_minute=start,
            capacity=12,
            physician=leads["physician"],
            psychologist=psychologist,  # type: ignore[arg-type]
            room=room,
            by=leads["scheduler"],
            at=NOW,
        )

    done, lost = race(plan(780, "Room 1", leads["psychologist"]), plan(840, "Room 2", other))
    assert (len(done), len(lost)) == (1, 1)
    assert isinstance(lost[0], Refused)
    assert {problem.rule for problem in lost[0].problems} == {"ENR-63"}
    assert GroupVisit.objects.count() == 1


def test_a_seat_booked_while_the_group_visit_is_cancelled_is_never_left_behind(clinic: Site) -> None:
    group = make.group_visit(site=clinic, day=clinic.today(NOW) + timedelta(days=1))
    patient, scheduler = make.eligible_patient(site=clinic), make.actor("scheduler", clinic)
    race(
        lambda: actions.book_seat(group=group, patient=patient, support_person="Paul", by=scheduler, at=NOW),
        lambda: actions.cancel_group_visit(group=group, reason="Water damage", by=scheduler, at=NOW),
    )
    patient.refresh_from_db()
    assert GroupVisit.objects.get().state == "cancelled"
    assert patient.state == "eligible"
    assert not GroupSeat.objects.exclude(state="cancelled").exists()


def test_enr_67_one_patient_stands_on_the_list_once(clinic: Site) -> None:
    patient, scheduler = make.eligible_patient(site=clinic), make.actor("scheduler", clinic)
    done, lost = race(*[lambda: actions.wait_for_seat(patient=patient, by=scheduler, at=NOW)] * 2)
    assert (len(done), len(lost)) == (1, 1)
    assert GroupWait.objects.count() == 1
