"""Verbal orders: what may be said, what follows at once, who signs it afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from infusions import actions
from infusions.models import CoSignature, InfusionEvent, VerbalOrder
from infusions.queries.verbal import to_cosign
from infusions.states import VerbalKind
from kitclinic import signing
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from scheduling.actions import Assessment, assess_eligibility
from scheduling.actions.eligibility import Verdict
from tests.factories import infusions, people
from tests.factories import orders as orders_of
from tests.factories import verbal as factory
from tests.factories.scheduling import actor, facts

Kind = InfusionEvent.Kind
DAY = timedelta(hours=24)


@pytest.fixture
def order(site):
    return orders_of.signed(site)


@pytest.fixture
def without(site):
    """A running infusion on an order without ondansetron."""
    visit = infusions.visit(site=site, signed=False)
    infusions.signed_order(
        visit.sequence,
        by=actor("physician", site),
        at=visit.starts_at - timedelta(days=6),
        no_ondansetron="other",
        no_ondansetron_note="was drowsy after it",
    )
    chair = infusions.chair(site=site, visit=visit).arrive().weigh().identify()
    chair.event(Kind.IV_PLACED)
    chair.event(Kind.NO_PREMEDICATION, note="not ordered")
    chair.draw().pump().vitals()
    return chair


def give_dose(chair):
    return actions.give_as_needed_ondansetron(
        infusion=chair.infusion, assessment="nausea", by=chair.nurse, at=chair.at, key=uuid4()
    )


def refused_by(act):
    with pytest.raises(Refused) as refusal:
        act()
    return {problem.rule for problem in refusal.value.problems}


# -- what may be said ---------------------------------------------------------------------------------


def test_ord_30_a_verbal_hold_holds_the_order_and_says_who_said_what(order):
    verbal = factory.said(order)
    order.refresh_from_db()
    assert order.state == "held"
    assert order.held_because == f"Verbal order of {verbal.prescriber.name}: {factory.WORDS}"
    assert (verbal.kind, verbal.heard_by.role, verbal.said_at) == ("hold", "nurse", verbal.received_at)
    assert AuditEvent.objects.filter(event="verbal order recorded").count() == 1


def test_ord_30_there_is_no_verbal_start_and_no_verbal_dose_of_ketamine(order):
    assert set(VerbalKind.values) == {"hold", "stop", "as_needed"}
    for kind in ("start", "ketamine", "release"):
        with pytest.raises(ValueError, match=kind):
            factory.said(order, kind=kind)


def test_a_verbal_hold_of_an_order_that_is_held_is_kept_and_changes_nothing(site):
    order = orders_of.held(site)
    because = order.held_because
    factory.said(order)
    order.refresh_from_db()
    assert (order.state, order.held_because, VerbalOrder.objects.count()) == ("held", because, 1)


def test_ord_30_there_is_nothing_to_hold_in_a_draft_or_an_order_that_is_over(site, physician):
    draft = orders_of.draft(orders_of.sequence(site))
    assert refused_by(lambda: factory.said(draft)) == {"ORD-30"}
    over = orders_of.signed(site, start_minute=700)
    actions.discontinue_order(order=over, reason="moved away", by=physician, at=orders_of.moment(site))
    assert refused_by(lambda: factory.said(over)) == {"ORD-30"}
    assert not VerbalOrder.objects.exists()


@pytest.mark.parametrize("kind", ["stop", "as_needed"])
def test_ord_30_a_stop_or_a_dose_is_said_about_an_infusion(order, kind):
    assert "ORD-30" in refused_by(lambda: factory.said(order, kind=kind))


@pytest.mark.parametrize("fault", [{"read_back": False}, {"words": "  "}])
def test_ord_31_without_read_back_or_without_words_nothing_is_recorded(order, fault):
    assert refused_by(lambda: factory.said(order, **fault)) == {"ORD-31"}
    order.refresh_from_db()
    assert order.state == "signed"


@pytest.mark.parametrize("role", ["nurse", "psychologist", "scheduler", "clinic_lead", "administrator"])
def test_ord_31_only_a_prescriber_says_it(site, order, role):
    sayer = people.staff(role, site=site)
    assert refused_by(lambda: factory.said(order, prescriber=sayer)) == {"ORD-31"}


def test_ord_31_a_prescriber_of_another_clinic_or_one_who_left_does_not_say_it(site, other_site, order):
    foreign = people.staff("physician", site=other_site)
    left = people.staff("physician", site=site, is_active=False)
    for sayer in (foreign, left):
        assert refused_by(lambda sayer=sayer: factory.said(order, prescriber=sayer)) == {"ORD-31"}


@pytest.mark.parametrize("role", ["physician", "scheduler", "clinic_lead"])
def test_ord_31_only_somebody_who_charts_records_it(site, order, role):
    assert refused_by(lambda: factory.said(order, by=people.staff(role, site=site))) == {"ORD-31"}


def test_ord_31_nobody_hears_himself(order, physician):
    assert refused_by(lambda: factory.said(order, prescriber=physician, by=physician)) == {"ORD-31"}


@pytest.mark.parametrize(("minutes", "passes"), [(2, True), (3, False), (-1440, True), (-1441, False)])
def test_run_01_the_time_it_was_said_can_be(order, minutes, passes):
    at = orders_of.moment(order.site) + timedelta(hours=1)
    given = {"at": at, "said_at": at + timedelta(minutes=minutes)}
    if passes:
        assert factory.said(order, **given).said_at == given["said_at"]
    else:
        assert refused_by(lambda: factory.said(order, **given)) == {"RUN-01"}


def test_the_same_key_is_the_same_verbal_order_and_other_words_are_a_conflict(order):
    key = uuid4()
    first = factory.said(order, key=key)
    assert factory.said(order, key=key) == first
    with pytest.raises(Conflict):
        factory.said(order, key=key, words="Stop everything.")
    assert VerbalOrder.objects.count() == 1


# -- stop ---------------------------------------------------------------------------------------------


def test_ord_32_a_verbal_stop_stops_the_infusion(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    verbal = factory.said_at(chair, kind=VerbalKind.STOP, words="Stop it now.")
    chair.infusion.refresh_from_db()
    assert (chair.infusion.state, chair.infusion.outcome, chair.infusion.ended_at) == (
        "observing",
        "stopped",
        chair.at,
    )
    assert verbal.infusion == chair.infusion


def test_ord_32_an_infusion_stopped_before_keeps_its_stop_and_the_verbal_order_is_kept(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    actions.stop_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())
    stopped = chair.at
    factory.said_at(chair.later(minutes=4), kind=VerbalKind.STOP)
    chair.infusion.refresh_from_db()
    assert chair.infusion.ended_at == stopped
    assert InfusionEvent.objects.filter(kind=Kind.STOPPED).count() == 1
    assert VerbalOrder.objects.count() == 1


def test_ord_32_a_verbal_stop_of_what_has_ended_by_itself_is_kept(site):
    chair = infusions.infusion(site=site, at_state="observing")
    factory.said_at(chair, kind=VerbalKind.STOP)
    chair.infusion.refresh_from_db()
    assert (chair.infusion.outcome, VerbalOrder.objects.count()) == ("completed", 1)


def test_a_verbal_order_names_the_order_of_its_infusion(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    other = orders_of.signed(site, start_minute=700)
    with pytest.raises(Refused, match="not the one of this infusion"):
        factory.said(other, kind=VerbalKind.STOP, infusion=chair.infusion, at=chair.at)


# -- as needed ----------------------------------------------------------------------------------------


def test_ord_33_the_words_of_a_prescriber_allow_one_dose_where_the_order_has_none(without):
    chair = without.start()
    assert refused_by(lambda: give_dose(chair)) == {"ORD-12"}
    factory.said_at(chair, kind=VerbalKind.AS_NEEDED)
    give_dose(chair)
    assert refused_by(lambda: give_dose(chair)) == {"ORD-12"}
    assert refused_by(lambda: factory.said_at(chair, kind=VerbalKind.AS_NEEDED)) == {"ORD-12"}
    assert InfusionEvent.objects.filter(kind=Kind.ONDANSETRON_PRN).count() == 1


def test_ord_33_allowed_once_is_allowed_once(without):
    chair = without.start()
    factory.said_at(chair, kind=VerbalKind.AS_NEEDED)
    assert refused_by(lambda: factory.said_at(chair, kind=VerbalKind.AS_NEEDED)) == {"ORD-33"}


def test_ord_33_what_is_ordered_in_writing_needs_no_words(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    assert refused_by(lambda: factory.said_at(chair, kind=VerbalKind.AS_NEEDED)) == {"ORD-33"}


def test_ord_33_the_words_allow_the_dose_where_something_has_come_to_speak_against_it(site, physician):
    chair = infusions.infusion(site=site, at_state="infusing")
    assess_eligibility(
        patient=chair.visit.patient,
        assessment=Assessment(facts=facts(), long_qt=True),
        by=physician,
        at=chair.at,
        verdict=Verdict.OPEN,
    )
    chair.infusion.patient.refresh_from_db()
    assert refused_by(lambda: give_dose(chair)) == {"ORD-12"}
    factory.said_at(chair, kind=VerbalKind.AS_NEEDED, words="The ECG is normal; give it.")
    give_dose(chair)
    assert refused_by(lambda: give_dose(chair)) == {"ORD-12"}


def test_ord_33_before_the_start_there_is_no_further_dose(without):
    order = orders_of.orders(without.visit.site).get(sequence=without.visit.sequence)
    given = {"kind": VerbalKind.AS_NEEDED, "infusion": without.infusion, "at": without.at}
    assert refused_by(lambda: factory.said(order, **given)) == {"ORD-33"}


# -- the co-signature ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "late"), [(DAY, False), (DAY + timedelta(seconds=1), True)])
def test_ord_34_the_co_signature_is_due_24_hours_after_it_was_said(order, after, late):
    verbal = factory.said(order)
    (task,) = to_cosign(order.site, at=verbal.said_at + after, prescriber=verbal.prescriber)
    assert (task.due_at, task.overdue) == (verbal.said_at + DAY, late)


def test_ord_34_the_prescriber_signs_exactly_the_words_and_the_task_is_done(order):
    verbal = factory.said(order)
    at = verbal.said_at + timedelta(hours=30)  # late is late, and signed all the same
    made = factory.cosigned(verbal, at=at)
    assert made.signature.signer == verbal.prescriber
    assert f"Words: “{factory.WORDS}”" in made.signature.text
    assert "I said this." in made.signature.text
    assert signing.verify(made.signature)
    assert to_cosign(order.site, at=at) == []


def test_ord_34_a_prescriber_may_sign_that_it_was_said_otherwise(order):
    made = factory.cosigned(factory.said(order), at=orders_of.moment(order.site), disputes="I said: wait.")
    assert made.disputes == "I said: wait."
    assert made.signature.text.startswith("VERBAL ORDER, DISPUTED\n")
    assert "I dispute this record:\nI said: wait.\n" in made.signature.text
    assert "I said this." not in made.signature.text
    order.refresh_from_db()
    assert order.state == "held"  # what followed stays until somebody decides
    assert AuditEvent.objects.filter(event="verbal order disputed").exists()


def test_ord_34_nobody_else_signs_it(site, order):
    verbal, at = factory.said(order), orders_of.moment(site)
    for role in ("physician", "nurse", "clinic_lead"):
        person = people.staff(role, site=site)
        assert refused_by(lambda person=person: factory.cosigned(verbal, by=person, at=at)) == {"ORD-34"}
    assert not CoSignature.objects.exists()


def test_ord_34_it_is_signed_once(order):
    verbal, at = factory.said(order), orders_of.moment(order.site)
    factory.cosigned(verbal, at=at)
    assert refused_by(lambda: factory.cosigned(verbal, at=at)) == {"ORD-34"}
    first = CoSignature.objects.get()
    first.pk, first._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


def test_sig_01_an_old_proof_signs_nothing(order):
    verbal, at = factory.said(order), orders_of.moment(order.site)
    old = signing.reauthenticate(user=verbal.prescriber, password=people.PASSWORD, at=at - timedelta(seconds=61))
    assert refused_by(lambda: factory.cosigned(verbal, at=at, proof=old)) == {"SIG-01"}


def test_sig_02_a_dispute_that_was_not_in_the_text_shown_is_not_signed(order):
    verbal, at = factory.said(order), orders_of.moment(order.site)
    shown = signing.digest("another text")
    assert refused_by(lambda: factory.cosigned(verbal, at=at, shown_digest=shown)) == {"SIG-02"}
