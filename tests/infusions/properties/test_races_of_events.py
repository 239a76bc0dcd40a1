"""Fifty rounds of two people at one moment: one dose, one outcome, no stop lost, one review."""

from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import AdverseEventReview, Infusion, InfusionEvent
from infusions.rules.adverse_events import Judgement
from kitclinic import signing
from kitclinic.models import Signature
from kitclinic.problems import Conflict, Refused
from kitclinic.signing import Proof
from tests.factories import infusions, people
from tests.infusions.properties.again import ROUNDS, rounds, taking_turns
from tests.races import race

Kind = InfusionEvent.Kind
SAID = Judgement("hypotension", 2, "probable", "recovered", False, "Fluids, legs up, well again.")


@pytest.fixture
def chair(committed_db):
    return infusions.infusion(site=people.site(), at_state="infusing")


def given(chair):
    return {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}


def standing(kind):
    return InfusionEvent.objects.filter(kind=kind).exclude(detail__has_key="unmatched").count()


def test_two_as_needed_doses_at_once_are_one_in_fifty_rounds(committed_db, chair):
    for number in rounds(committed_db):
        doses = [
            lambda: actions.give_as_needed_ondansetron(**given(chair), assessment="nausea", key=uuid4())
            for _ in range(2)
        ]
        done, lost = race(*taking_turns(number, *doses))
        assert (len(done), len(lost)) == (1, 1)
        assert isinstance(lost[0], Refused)
        assert standing(Kind.ONDANSETRON_PRN) == 1


def test_stop_against_complete_leaves_one_outcome_and_keeps_the_stop_in_fifty_rounds(committed_db, chair):
    chair.later(minutes=40)
    outcomes = set()
    for number in rounds(committed_db):
        stop = lambda: actions.stop_infusion(**given(chair), reason="medical_event", key=uuid4())  # noqa: E731
        end = lambda: actions.complete_infusion(**given(chair), delivered_mg=Decimal("41"), key=uuid4())  # noqa: E731
        race(*taking_turns(number, stop, end))
        found = Infusion.objects.get()
        assert found.state == "observing"
        assert InfusionEvent.objects.filter(kind=Kind.STOPPED).count() == 1  # a fact is kept whichever came first
        stopped, completed = standing(Kind.STOPPED), standing(Kind.COMPLETED)
        assert (stopped, completed) == ((1, 0) if found.outcome == "stopped" else (0, 1))
        outcomes.add(found.outcome)
    assert outcomes


def test_pause_against_stop_always_ends_stopped_and_keeps_both_in_fifty_rounds(committed_db, chair):
    for number in rounds(committed_db):
        pause = lambda: actions.pause_infusion(**given(chair), key=uuid4())  # noqa: E731
        stop = lambda: actions.stop_infusion(**given(chair), reason="side_effect", key=uuid4())  # noqa: E731
        done, lost = race(*taking_turns(number, pause, stop))
        assert (len(done), lost) == (2, [])
        found = Infusion.objects.get()
        assert (found.state, found.outcome, found.stop_reason) == ("observing", "stopped", "side_effect")
        assert standing(Kind.STOPPED) == 1
        assert InfusionEvent.objects.filter(kind=Kind.PAUSED).count() == 1


def test_two_reviews_at_once_are_one_and_the_other_reads_it_in_fifty_rounds(committed_db, chair):
    actions.stop_infusion(**given(chair), reason="medical_event", key=uuid4())
    site = chair.infusion.site
    doctors = [people.staff("physician", site=site, name=name) for name in ("Ada Ferrol", "Bo Lindqvist")]
    before, winners = Signature.objects.count(), set()

    def review(doctor):
        proof = Proof(user_id=doctor.pk, at=chair.at, method="password")
        who = {"by": doctor, "at": chair.at, "key": uuid4(), "proof": proof}
        return lambda: actions.review_event(infusion=chair.infusion, said=SAID, **who)

    for number in rounds(committed_db):
        done, lost = race(*taking_turns(number, *[review(doctor) for doctor in doctors]))
        assert (len(done), len(lost)) == (1, 1)
        assert isinstance(lost[0], Conflict)
        row = AdverseEventReview.objects.get()
        assert signing.verify(row.signature)
        assert Signature.objects.count() == before + 1
        winners.add(row.by.name)
    assert winners
    assert ROUNDS == 50
