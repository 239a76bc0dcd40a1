"""Verbal orders at one moment: one dose, one stop, one co-signature, whoever comes first."""

from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import CoSignature, Escalation, InfusionEvent, VerbalOrder
from infusions.queries.verbal import cosign_text_of, verbal_orders
from infusions.states import VerbalKind
from kitclinic import signing
from kitclinic.models import OutboxMessage
from tests.factories import infusions, orders, people, verbal
from tests.factories.scheduling import actor
from tests.races import race

Kind = InfusionEvent.Kind


@pytest.fixture
def clinic(committed_db):
    return people.site()


def test_ord_33_words_said_four_times_and_doses_given_four_times_at_once_are_one_dose(clinic):
    visit = infusions.visit(site=clinic, signed=False)
    why = {"no_ondansetron": "other", "no_ondansetron_note": "was drowsy after it"}
    at = visit.starts_at - timedelta(days=6)
    infusions.signed_order(visit.sequence, by=actor("physician", clinic), at=at, **why)
    chair = infusions.chair(site=clinic, visit=visit).arrive().weigh().identify()
    chair.event(Kind.IV_PLACED)
    chair.event(Kind.NO_PREMEDICATION, note="not ordered")
    chair.draw().pump().vitals()
    chair.start()
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    race(*[lambda: verbal.said_at(chair, kind=VerbalKind.AS_NEEDED) for _ in range(4)])
    assert VerbalOrder.objects.count() == 1
    done, lost = race(
        *[lambda: actions.give_as_needed_ondansetron(**given, assessment="nausea", key=uuid4()) for _ in range(4)]
    )
    assert (len(done), len(lost)) == (1, 3)
    race(
        lambda: verbal.said_at(chair, kind=VerbalKind.AS_NEEDED),
        lambda: actions.give_as_needed_ondansetron(**given, assessment="nausea", key=uuid4()),
    )
    assert InfusionEvent.objects.filter(kind=Kind.ONDANSETRON_PRN).count() == 1
    assert VerbalOrder.objects.count() == 1


def test_ord_32_a_verbal_stop_and_the_stop_button_at_once_are_one_stop(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing").later(minutes=10)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    done, lost = race(
        lambda: verbal.said_at(chair, kind=VerbalKind.STOP),
        lambda: actions.stop_infusion(**given, key=uuid4()),
        lambda: actions.hold_order(
            order=orders.orders(clinic).get(pk=chair.infusion.order_id), reason="x", by=chair.nurse, at=chair.at
        ),
    )
    assert (len(done), len(lost)) == (3, 0)
    assert InfusionEvent.objects.filter(kind=Kind.STOPPED).count() == 1
    assert VerbalOrder.objects.count() == 1


def test_ord_34_two_tabs_co_signing_at_once_leave_one_signature(clinic):
    said, at = verbal.said(orders.signed(clinic)), orders.moment(clinic)
    shown = signing.digest(cosign_text_of(verbal_orders(clinic).get(pk=said.pk)))
    proof = signing.reauthenticate(user=said.prescriber, password=people.PASSWORD, at=at)
    given = {"verbal": said, "proof": proof, "by": said.prescriber, "at": at, "shown_digest": shown}
    done, lost = race(*[lambda: actions.cosign(**given) for _ in range(4)])
    assert (len(done), len(lost)) == (1, 3)
    assert CoSignature.objects.count() == 1


def test_ord_35_two_workers_at_once_call_a_visit_out_once(clinic):
    orders.draft(orders.sequence(clinic))
    at = clinic.instant(orders.MONDAY - timedelta(days=1), 600)
    done, lost = race(*[lambda: actions.escalate_unsigned(site=clinic, at=at) for _ in range(4)])
    assert (sorted(done), lost) == ([0, 0, 0, 1], [])
    assert Escalation.objects.count() == OutboxMessage.objects.filter(to="prescribers").count() == 1
