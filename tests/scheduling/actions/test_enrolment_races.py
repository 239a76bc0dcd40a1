"""Two people at once: the last seat, the same person, the same form."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Eligibility, GroupSeat, Patient
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    yield people.site()
    connections.close_all()


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Run all acts together, each with its own connection; count how they ended."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        together.wait()
        try:
            act()
        except Refused as refused:
            return "+".join(sorted({problem.rule for problem in refused.problems}))
        except IntegrityError:
            return "constraint"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_two_schedulers_take_the_last_seat_and_exactly_one_gets_it(clinic: Site) -> None:
    group = make.group_visit(site=clinic, capacity=4)
    make.booked_patient(site=clinic, group=group)
    patients = [make.eligible_patient(site=clinic) for _ in range(6)]
    by = [people.staff("scheduler", site=clinic) for _ in patients]

    def book(patient: Patient, scheduler: StaffUser) -> Callable[[], object]:
        return lambda: actions.book_seat(
            group=group, patient=patient, support_person="Paul Marrin", by=scheduler, at=NOW
        )

    ended = at_once([book(patient, scheduler) for patient, scheduler in zip(patients, by, strict=True)])
    assert ended == {"done": 1, "ENR-20": 5}
    assert GroupSeat.objects.filter(group=group).count() == 2
    assert Patient.objects.filter(state="group_booked").count() == 2


def test_one_patient_seated_twice_at_once_gets_one_seat(clinic: Site) -> None:
    patient, by = make.eligible_patient(site=clinic), make.actor("scheduler", clinic)
    groups = [make.group_visit(site=clinic), make.group_visit(site=clinic, start_minute=900)]
    ended = at_once(
        [
            lambda group=group: actions.book_seat(  # type: ignore[misc]
                group=group, patient=patient, support_person="Paul Marrin", by=by, at=NOW
            )
            for group in groups
        ]
    )
    assert ended == {"done": 1, "ENR-25": 1}
    assert GroupSeat.objects.filter(patient=patient).count() == 1


def test_the_same_person_registered_twice_at_once_asks_the_second(clinic: Site) -> None:
    one = make.new_patient()
    two = make.new_patient(given_name=one.given_name, family_name=one.family_name, birth_date=one.birth_date)
    by = make.actor("scheduler", clinic)
    ended = at_once(
        [lambda new=new: actions.register_patient(site=clinic, new=new, by=by, at=NOW) for new in (one, two)]  # type: ignore[misc]
    )
    assert ended == {"done": 1, "ENR-06": 1}
    assert Patient.objects.count() == 1


def test_two_assessments_of_one_form_keep_the_first(clinic: Site) -> None:
    patient, by = make.patient(site=clinic), make.actor("physician", clinic)

    def assess() -> object:
        return actions.assess_eligibility(
            patient=patient, assessment=Assessment(make.facts()), by=by, at=NOW, version=1
        )

    assert at_once([assess, assess]) == {"done": 1, "STA-01": 1}
    assert Eligibility.objects.count() == 1


def test_two_leads_decide_one_seat_and_one_decision_stands(clinic: Site) -> None:
    seat = make.seat(make.eligible_patient(site=clinic))
    by = make.actor("physician", clinic)
    actions.check_in_seat(seat=seat, support_attended=True, by=by, at=NOW)

    def decline() -> object:
        return actions.decline_seat(seat=seat, note="Wants time.", by=by, at=NOW)

    assert at_once([decline, decline]) == {"done": 1, "STA-01": 1}
