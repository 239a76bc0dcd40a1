"""Questionnaires expire while the clinic works: neither waits for the other."""

from datetime import timedelta

from django.db import connection, transaction

from outcomes import actions
from outcomes.states import AssessmentState as State
from tests.factories import outcomes as factory
from tests.factories import people, scheduling
from tests.races import race

AFTER = factory.NOW + timedelta(days=7)


def test_pro_12_a_questionnaire_expires_while_somebody_writes_at_the_clinic(committed_db: str) -> None:
    """Once the clinic's own row was locked with it: then nothing expired as long as anybody wrote."""
    site = people.site()
    made = factory.sent(site=site)
    with transaction.atomic():
        scheduling.patient(site=site)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the new row names the clinic from here on
        done, _ = race(lambda: actions.expire_questionnaires(at=AFTER))
    assert done == [1]
    assert made.refresh().assessment.state == State.EXPIRED


def test_pro_12_whoever_writes_at_the_clinic_does_not_wait_for_it(committed_db: str) -> None:
    site = people.site()
    factory.sent(site=site)

    def impatient() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return scheduling.patient(site=site).pk

    with transaction.atomic():
        assert actions.expire_questionnaires(at=AFTER) == 1
        done, _ = race(impatient)
    assert len(done) == 1
