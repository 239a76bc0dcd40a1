"""Two prescribers, one order: one signature; two drafts, one order."""

import pytest

from infusions import actions
from infusions.models import Order
from infusions.states import OrderState
from kitclinic import signing
from kitclinic.models import AuditEvent, Signature
from tests.factories import orders as factory
from tests.factories import people
from tests.races import race


@pytest.fixture
def clinic(committed_db):
    return people.site()


def test_ord_09_four_prescribers_signing_at_once_leave_one_signature(clinic):
    doctors = [people.staff("physician", site=clinic, name=f"Doctor {number}") for number in "ABCD"]
    order, at = factory.draft(factory.sequence(clinic)), factory.moment(clinic)
    shown = factory.shown_digest(order, at=at)

    def sign(doctor):
        proof = signing.reauthenticate(user=doctor, password=people.PASSWORD, at=at)
        return lambda: actions.sign_order(order=order, proof=proof, by=doctor, at=at, shown_digest=shown)

    done, lost = race(*[sign(doctor) for doctor in doctors])
    assert (len(done), len(lost)) == (1, 3)
    assert all("is signed, not a draft" in str(error) for error in lost)
    assert Signature.objects.get() == Order.objects.get().signature
    assert AuditEvent.objects.filter(event="order signed").count() == 1


def test_ord_15_three_drafts_at_once_are_one_order(clinic):
    doctor, sequence = people.staff("physician", site=clinic), factory.sequence(clinic)
    at = factory.moment(clinic)
    done, lost = race(*[lambda: actions.draft_order(sequence=sequence, by=doctor, at=at) for _ in "123"])
    assert (len(done), len(lost)) == (1, 2)
    assert Order.objects.count() == 1


def test_signing_and_returning_at_once_end_in_one_of_both(clinic):
    doctor, at = people.staff("physician", site=clinic), factory.moment(clinic)
    order = factory.draft(factory.sequence(clinic))
    shown = factory.shown_digest(order, at=at)
    proof = signing.reauthenticate(user=doctor, password=people.PASSWORD, at=at)
    race(
        lambda: actions.sign_order(order=order, proof=proof, by=doctor, at=at, shown_digest=shown),
        lambda: actions.discontinue_order(order=order, reason="wrong patient", by=doctor, at=at),
    )
    order.refresh_from_db()
    assert order.state == OrderState.DISCONTINUED  # returned before, or discontinued after the signature
    assert Signature.objects.count() == (1 if order.signature_id else 0)
