"""Eight people book the last places of one week at once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, connections

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import book_sequence
from scheduling.models import Patient, Sequence, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from tests.factories import people
from tests.factories.suite import MONDAY, STARTS_56, before, fill, open_week, patient_for

CLIENTS, TRIES = 8, 4


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    site = people.site()
    open_week(site)
    fill(site, MONDAY, STARTS_56[:44])
    yield site
    connections.close_all()


def book_one_after_the_other(
    site: Site, by: StaffUser, patients: list[Patient], together: Barrier
) -> Counter[str]:
    """Try each patient at the starts that are left, as a person with a stale page would."""
    answers: Counter[str] = Counter()
    together.wait()
    for patient in patients:
        for minute in sorted(set(STARTS_56[40:])):
            try:
                book_sequence(
                    patient=patient, first_day=MONDAY, start_minute=minute, by=by, at=before(site, MONDAY)
                )
                answers["booked"] += 1
                break
            except Refused:
                answers["refused"] += 1
            except (IntegrityError, OperationalError) as error:  # a constraint caught it, or a deadlock
                answers[type(error).__name__] += 1
    connections.close_all()
    return answers


def test_eight_clients_in_one_nearly_full_week_break_nothing(clinic: Site) -> None:
    by = people.staff("scheduler", site=clinic)
    patients = [patient_for(clinic, MONDAY) for _ in range(CLIENTS * TRIES)]
    together = Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        work = [
            pool.submit(book_one_after_the_other, clinic, by, patients[number::CLIENTS], together)
            for number in range(CLIENTS)
        ]
        answers = sum((one.result() for one in work), Counter())
    plans = day_plans(SuiteDay.objects.all(), today=before(clinic, MONDAY).date())
    assert set(answers) == {"booked", "refused"}, "no deadlock, and the lock, not a constraint, decides"
    assert answers["booked"] == 12
    assert [len(plan.booked) for plan in plans.values()] == [56] * 5, "the week is exactly full"
    assert [breach for plan in plans.values() for breach in breaches(plan)] == []
    assert Visit.objects.count() == 5 * Sequence.objects.count(), "no partial sequence"


def test_one_patient_booked_by_eight_people_at_once_has_one_sequence(clinic: Site) -> None:
    by, patient = people.staff("scheduler", site=clinic), patient_for(clinic, MONDAY)
    together = Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        work = [pool.submit(book_one_after_the_other, clinic, by, [patient], together) for _ in range(CLIENTS)]
        answers = sum((one.result() for one in work), Counter())
    assert answers["booked"] == 1
    assert Sequence.objects.filter(patient=patient).count() == 1
