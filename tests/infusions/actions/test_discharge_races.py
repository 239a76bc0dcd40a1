"""Two people at the way home: one leaving, and nothing that came first is overlooked. Fifty rounds each."""

from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Flag, Infusion, InfusionEvent, Movement
from infusions.queries.course import course_of
from infusions.queries.ledger import hand_of
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from kitclinic import signing
from tests.factories import infusions, people
from tests.infusions.properties.again import ROUNDS, rounds, taking_turns
from tests.races import race

Kind = InfusionEvent.Kind
HIGH = Vitals(156, 78, 70, 98, Rhythm.SINUS)  # more than 20% above the calm 128


@pytest.fixture
def clinic(committed_db):
    return people.site()


def leaving(chair, by=None):
    """The act of discharging, with a key of its own."""
    given = {"checks": infusions.ALL_CHECKS, "language": "English", "driver": infusions.seen_driver()}
    who = {"by": by or chair.nurse, "at": chair.at, "key": uuid4()}
    return lambda: actions.discharge(infusion=Infusion.objects.get(pk=chair.infusion.pk), **given, **who)


def state_of(chair):
    return Infusion.objects.get(pk=chair.infusion.pk).state


def test_dis_11_two_discharges_are_one_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="observed")
    other = people.staff("nurse", site=clinic, name="Bo Reyes")
    for number in rounds(committed_db, ROUNDS):
        done, lost = race(*taking_turns(number, leaving(chair), leaving(chair, other)))
        assert (len(done), len(lost)) == (1, 1)
        assert {problem.rule for problem in lost[0].problems} == {"DIS-11"}
        assert state_of(chair) == "discharged"
        assert InfusionEvent.objects.filter(kind=Kind.DISCHARGED).count() == 1


def test_dis_11_discharge_and_leaving_against_advice_are_one_leaving_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="observed")

    def leave():
        told = {"reason": "will not wait", "provider_notified": "Dr Ferrol", "key": uuid4()}
        return actions.leave_against_advice(
            infusion=Infusion.objects.get(pk=chair.infusion.pk), by=chair.nurse, at=chair.at, **told
        )

    for number in rounds(committed_db, ROUNDS):
        done, lost = race(*taking_turns(number, leaving(chair), leave))
        assert (len(done), len(lost)) == (1, 1)
        event = InfusionEvent.objects.get(kind=Kind.DISCHARGED)
        assert ("driver" in event.detail) != ("against_advice" in event.detail)


def test_dis_03_a_flag_that_came_first_keeps_the_patient_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="observed")

    def reading():
        return actions.record_vitals(
            infusion=Infusion.objects.get(pk=chair.infusion.pk),
            reading=HIGH,
            by=chair.nurse,
            at=chair.at,
            occurred_at=chair.at,
            key=uuid4(),
        )

    for number in rounds(committed_db, ROUNDS):
        _, lost = race(*taking_turns(number, leaving(chair), reading))
        assert Flag.objects.filter(vital_set__sbp=156).exists()  # a fact is never lost
        if state_of(chair) == "observing":
            assert [problem.rule for error in lost for problem in error.problems] == ["DIS-03"]
        else:
            assert lost == []
            left = InfusionEvent.objects.get(kind=Kind.DISCHARGED)
            assert course_of(left.infusion).flags[-1].vital_set.pk > 0  # it came after: it stands on the chart


def test_dis_09_a_dose_in_hand_is_wasted_before_or_keeps_the_patient_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="ready").start()
    chair.later(minutes=15).vitals()
    chair.later(minutes=15).vitals()
    chair.later(minutes=10)
    chair._do(actions.complete_infusion, delivered_mg=Decimal("41.25"))
    chair.vitals()
    chair.observe()
    witness = people.staff("nurse", site=clinic, name="Bo Reyes")
    (draw,) = [one for one in hand_of(chair.infusion).draws if one.left_mg > 0]

    def waste():
        proof = signing.reauthenticate(user=witness, password=people.PASSWORD, at=chair.at)
        return actions.waste(
            by=chair.nurse,
            at=chair.at,
            key=uuid4(),
            ml=draw.left_ml,
            witness=witness,
            proof=proof,
            draw=draw.movement,
        )

    for number in rounds(committed_db, ROUNDS):
        _, lost = race(*taking_turns(number, leaving(chair), waste))
        assert Movement.objects.filter(kind="wasted", infusion=chair.infusion).count() == 1
        assert hand_of(chair.infusion).left_mg == 0
        if state_of(chair) == "observing":
            assert [problem.rule for error in lost for problem in error.problems] == ["DIS-09"]
        else:
            assert lost == []


def test_dis_23_two_nurses_who_call_at_once_leave_one_answer_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="discharged").later(days=1)

    def call():
        return actions.record_next_day_call(
            infusion=Infusion.objects.get(pk=chair.infusion.pk),
            reached=True,
            well=True,
            by=chair.nurse,
            at=chair.at,
            key=uuid4(),
        )

    for _ in rounds(committed_db, ROUNDS):
        done, lost = race(call, call)
        assert (len(done), len(lost)) == (1, 1)
        assert chair.infusion.next_day_calls.count() == 1
