"""Two people, one moment: whoever comes second gets a sentence, and the chart holds one fact."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from infusions import actions
from infusions.models import Infusion, InfusionEvent, VitalSet
from tests.factories import infusions, people, scheduling
from tests.races import race

Kind = InfusionEvent.Kind


@pytest.fixture
def clinic(committed_db):
    return people.site()


def test_two_starts_are_one_start(clinic):
    chair = infusions.infusion(site=clinic, at_state="ready")
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    done, lost = race(*[lambda: actions.start_infusion(**given, key=uuid4()) for _ in range(4)])
    assert (len(done), len(lost)) == (1, 3)
    assert InfusionEvent.objects.filter(kind=Kind.STARTED).count() == 1


def test_two_further_doses_are_one_dose(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing")
    given = {"infusion": chair.infusion, "assessment": "nausea", "by": chair.nurse, "at": chair.at}
    done, lost = race(*[lambda: actions.give_as_needed_ondansetron(**given, key=uuid4()) for _ in range(4)])
    assert (len(done), len(lost)) == (1, 3)
    assert InfusionEvent.objects.filter(kind=Kind.ONDANSETRON_PRN).count() == 1


def test_the_database_itself_refuses_a_third_dose(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing")
    first = actions.give_as_needed_ondansetron(
        infusion=chair.infusion, assessment="nausea", by=chair.nurse, at=chair.at, key=uuid4()
    )
    first.pk, first.key, first._state.adding = None, uuid4(), True
    with pytest.raises(IntegrityError, match="infusion_event_kind_once"), transaction.atomic():
        first.save()


def test_two_patients_for_one_chair_are_one_patient(clinic):
    visits = [infusions.visit(site=clinic, minute=minute) for minute in (540, 550, 560)]
    nurse = scheduling.actor("nurse", clinic)

    def seat(visit):
        return lambda: actions.arrive(
            visit=visit, chair=3, nurse=nurse, by=nurse, at=visits[0].starts_at, key=uuid4()
        )

    done, lost = race(*[seat(visit) for visit in visits])
    assert (len(done), len(lost)) == (1, 2)
    assert Infusion.objects.filter(chair=3).count() == 1


def test_the_same_set_from_two_tabs_is_one_row(clinic):
    chair, key = infusions.infusion(site=clinic, at_state="infusing"), uuid4()
    given = {
        "infusion": chair.infusion,
        "reading": infusions.CALM,
        "key": key,
        "by": chair.nurse,
        "at": chair.at,
        "occurred_at": chair.at,
    }
    done, lost = race(*[lambda: actions.record_vitals(**given) for _ in range(4)])
    assert (len(done), len(lost)) == (4, 0)
    assert VitalSet.objects.filter(key=key).count() == 1


def test_two_sets_for_one_due_time_are_both_kept(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing").later(minutes=15)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "occurred_at": chair.at}
    done, _ = race(
        *[lambda: actions.record_vitals(**given, reading=infusions.CALM, key=uuid4()) for _ in range(2)]
    )
    assert sorted(row.slot for row in done) == ["extra", "start+15"]


def test_stop_and_complete_at_once_leave_one_outcome(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing").later(minutes=40)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    race(
        lambda: actions.stop_infusion(**given, key=uuid4()),
        lambda: actions.complete_infusion(**given, key=uuid4(), delivered_mg=infusions.Decimal("41")),
    )
    chair.infusion.refresh_from_db()
    assert chair.infusion.state == "observing"
    assert InfusionEvent.objects.filter(kind=Kind.STOPPED).count() == 1  # a fact is kept whichever came first
    assert connection.is_usable()
