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
from scheduling.actions import Assessment, NewPatient
from scheduling.models import Eligibility, GroupSeat, Patient
from scheduling.queries.patients import record_version
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW
from tests.races import race


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


def test_two_opposite_merges_at_once_and_exactly_one_stands(clinic: Site) -> None:
    one, other = make.patient(site=clinic, record_number="KT-1"), make.patient(site=clinic, record_number="KT-2")
    by = [people.staff("scheduler", site=clinic) for _ in range(2)]
    done, lost = race(
        lambda: actions.merge_patients(kept=one, folded=other, reason="The same.", by=by[0], at=NOW),
        lambda: actions.merge_patients(kept=other, folded=one, reason="The same.", by=by[1], at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)
    assert [problem.rule for problem in lost[0].problems] == ["ENR-43"] * len(lost[0].problems)  # type: ignore[attr-defined]
    merged = Patient.objects.get(merged_into__isnull=False)
    assert (merged.pk, merged.merged_into_id) == (done[0].folded_id, done[0].kept_id)


def test_a_merge_and_a_seat_at_once_never_leave_a_seat_on_the_merged_record(clinic: Site) -> None:
    kept, folded = make.patient(site=clinic), make.eligible_patient(site=clinic)
    group, by = make.group_visit(site=clinic), people.staff("scheduler", site=clinic)
    done, lost = race(
        lambda: actions.merge_patients(kept=kept, folded=folded, reason="The same.", by=by, at=NOW),
        lambda: actions.book_seat(group=group, patient=folded, support_person="Paul Marrin", by=by, at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)
    folded.refresh_from_db()
    assert (folded.merged_into_id is None) is GroupSeat.objects.filter(patient=folded).exists()


def test_two_changes_of_one_record_at_once_and_the_second_is_told(clinic: Site) -> None:
    patient = make.patient(site=clinic)
    version, names = record_version(patient), NewPatient.__dataclass_fields__
    typed = {name: getattr(patient, name) for name in names}
    by = [people.staff("scheduler", site=clinic) for _ in range(2)]

    def change(scheduler: StaffUser, language: str) -> Callable[[], object]:
        new = NewPatient(**typed | {"language": language})
        return lambda: actions.change_patient(patient=patient, new=new, by=scheduler, at=NOW, version=version)

    ended = at_once([change(by[0], "French"), change(by[1], "Spanish")])
    assert ended == {"done": 1, "STA-01": 1}
