"""Fifty rounds of two people at one moment: orders are signed once, and a start never outlives its order."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from infusions import actions
from infusions.models import Infusion, InfusionEvent, Order
from kitclinic import signing
from kitclinic.models import AuditEvent, Signature, Transition
from kitclinic.problems import Refused
from tests.factories import infusions, people, verbal
from tests.factories import orders as factory
from tests.infusions.properties.again import ROUNDS, rounds, taking_turns
from tests.races import race

Kind = InfusionEvent.Kind


@pytest.fixture
def clinic(committed_db):
    return people.site()


def signature_of(order, doctor, at):
    shown = factory.shown_digest(order, at=at)
    proof = signing.reauthenticate(user=doctor, password=people.PASSWORD, at=at)
    return lambda: actions.sign_order(order=order, proof=proof, by=doctor, at=at, shown_digest=shown)


def path(order):
    rows = Transition.objects.filter(subject="infusions_order", subject_id=order.pk).order_by("pk")
    return [row.to_state for row in rows]


def step(subject, pk, to):
    """The number under which this transition was written; under the locks, the order in which they happened."""
    return Transition.objects.get(subject=subject, subject_id=pk, to_state=to).pk


def test_two_prescribers_signing_at_once_leave_one_signature_in_fifty_rounds(clinic):
    doctors = [people.staff("physician", site=clinic, name=name) for name in ("Ada Ferrol", "Bo Lindqvist")]
    sequence, at, winners = factory.sequence(clinic), factory.moment(clinic), set()
    for number in range(1, ROUNDS + 1):
        order = factory.draft(sequence)
        done, lost = race(*taking_turns(number, *[signature_of(order, doctor, at) for doctor in doctors]))
        assert (len(done), len(lost)) == (1, 1)
        assert isinstance(lost[0], Refused)
        order.refresh_from_db()
        assert order.state == "signed"
        assert Signature.objects.count() == number
        assert path(order) == ["draft", "signed"]
        winners.add(order.signature.signer_id)
        actions.discontinue_order(order=order, reason="next round", by=doctors[0], at=at)
    assert AuditEvent.objects.filter(event="order signed").count() == ROUNDS
    assert len(winners) <= 2


def test_signing_against_discontinuing_never_signs_afterwards_in_fifty_rounds(clinic):
    doctors = [people.staff("physician", site=clinic, name=name) for name in ("Ada Ferrol", "Bo Lindqvist")]
    sequence, at, seen = factory.sequence(clinic), factory.moment(clinic), set()
    for number in range(ROUNDS):
        order = factory.draft(sequence)
        end = lambda order=order: actions.discontinue_order(  # noqa: E731
            order=order, reason="the wrong patient", by=doctors[1], at=at
        )
        done, lost = race(*taking_turns(number, signature_of(order, doctors[0], at), end))
        order.refresh_from_db()
        assert order.state == "discontinued"
        if order.signature_id:
            assert (path(order), len(done)) == (["draft", "signed", "discontinued"], 2)
        else:
            assert (path(order), len(done), len(lost)) == (["draft", "discontinued"], 1, 1)
        seen.add(order.signature_id is not None)
    assert Signature.objects.count() == Order.objects.filter(signature__isnull=False).count()
    assert seen


def test_two_drafts_at_once_are_one_order_in_fifty_rounds(clinic):
    doctors = [people.staff("physician", site=clinic, name=name) for name in ("Ada Ferrol", "Bo Lindqvist")]
    sequence, at = factory.sequence(clinic), factory.moment(clinic)
    for number in range(ROUNDS):
        acts = [lambda doctor=doctor: factory.draft(sequence, by=doctor) for doctor in doctors]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert Order.objects.filter(sequence=sequence, state__in=["draft", "signed", "held"]).count() == 1
        actions.discontinue_order(order=done[0], reason="next round", by=doctors[0], at=at)


def test_two_amendments_at_once_are_one_new_version_in_fifty_rounds(clinic):
    doctors = [people.staff("physician", site=clinic, name=name) for name in ("Ada Ferrol", "Bo Lindqvist")]
    sequence, at = factory.sequence(clinic), factory.moment(clinic)
    order = factory.sign(factory.draft(sequence))
    for number in range(ROUNDS):
        acts = [
            lambda doctor=doctor, order=order: actions.supersede_order(
                order=order, by=doctor, at=at, reason=f"for {doctor.name}", **factory.READ
            )
            for doctor in doctors
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        order.refresh_from_db()
        assert path(order)[-1] == "superseded"
        current = Order.objects.get(sequence=sequence, state__in=["draft", "signed", "held"])
        assert (current.pk, current.version) == (done[0].pk, order.version + 1)
        order = factory.sign(current)


@pytest.mark.parametrize(("ends", "number"), [("discontinued", ROUNDS), ("held", 20), ("superseded", 20)])
def test_no_start_on_an_order_that_is_ended_or_held_at_the_same_moment(clinic, committed_db, ends, number):
    chair = infusions.infusion(site=clinic, at_state="ready")
    doctor = people.staff("physician", site=clinic, name="Bo Lindqvist")
    order = Order.objects.get()
    acts = {"discontinued": actions.discontinue_order, "held": actions.hold_order}
    act = acts.get(ends, actions.supersede_order)

    def start():
        return actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())

    def end():
        return act(order=order, reason="something was seen", by=doctor, at=chair.at)

    seen = []
    for one in rounds(committed_db, number):
        done, lost = race(*taking_turns(one, start, end))
        infusion, now = Infusion.objects.get(), Order.objects.get(pk=order.pk)
        assert now.state == ends  # it is always done: nothing else is going on with this order
        if infusion.started_at is None:
            assert (infusion.state, infusion.order_id, len(lost)) == ("arrived", None, 1)
            assert not InfusionEvent.objects.filter(kind=Kind.STARTED).exists()
        else:
            assert len(done) == 2
            assert infusion.order_id == order.pk
            began = step("infusions_infusion", infusion.pk, "infusing")
            assert began < step("infusions_order", order.pk, ends), "started after the order was ended"
        seen.append(infusion.started_at is not None)
    assert len(seen) == number


def test_four_starts_at_once_are_one_start_in_fifty_rounds(clinic, committed_db):
    chair = infusions.infusion(site=clinic, at_state="ready")
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    for _ in rounds(committed_db):
        done, lost = race(*[lambda: actions.start_infusion(**given, key=uuid4()) for _ in range(4)])
        assert (len(done), len(lost)) == (1, 3)
        assert InfusionEvent.objects.filter(kind=Kind.STARTED).count() == 1


def test_ord_12_two_nurses_give_one_further_dose_in_fifty_rounds(clinic, committed_db):
    chair = infusions.infusion(site=clinic, at_state="infusing")
    second = people.staff("nurse", site=clinic, name="Tomas Reyes")
    given = {"infusion": chair.infusion, "assessment": "nausea 6 of 10", "at": chair.at}
    for number in rounds(committed_db):
        acts = [
            lambda by=by: actions.give_as_needed_ondansetron(**given, by=by, key=uuid4())
            for by in (chair.nurse, second)
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert InfusionEvent.objects.filter(kind=Kind.ONDANSETRON_PRN).count() == 1
        assert InfusionEvent.objects.filter(kind=Kind.PREMEDICATION).count() == 1
        with pytest.raises(Refused):  # and no third one afterwards, whoever asks
            actions.give_as_needed_ondansetron(**given, by=second, key=uuid4())


def test_ord_33_a_verbal_order_gives_one_dose_where_none_is_ordered_and_never_a_third(clinic, committed_db):
    """Without ondansetron in the order: none before the start, none as needed, until a prescriber says so."""
    chair = infusions.chair(site=clinic, signed=False)
    infusions.signed_order(
        chair.visit.sequence,
        by=infusions.scheduling.actor("physician", clinic),
        at=chair.at,
        no_ondansetron="other",
        no_ondansetron_note="the patient asks for none",
    )
    chair.arrive().weigh().identify()
    chair.event(Kind.NO_PREMEDICATION, note="left out of the order")
    chair.draw().pump().vitals()
    chair.start()
    given = {"infusion": chair.infusion, "assessment": "nausea 6 of 10", "by": chair.nurse, "at": chair.at}
    with pytest.raises(Refused):
        actions.give_as_needed_ondansetron(**given, key=uuid4())
    verbal.said_at(chair, kind="as_needed", words="Give ondansetron 8 mg once.")
    for _ in rounds(committed_db, 20):
        done, lost = race(*[lambda: actions.give_as_needed_ondansetron(**given, key=uuid4()) for _ in "123"])
        assert (len(done), len(lost)) == (1, 2)
        with pytest.raises((Refused, IntegrityError)), transaction.atomic():
            verbal.said_at(chair, kind="as_needed", words="And once more.")
        with pytest.raises(Refused):
            actions.give_as_needed_ondansetron(**given, key=uuid4())
        assert InfusionEvent.objects.filter(kind=Kind.ONDANSETRON_PRN).count() == 1


def test_ord_33_a_verbal_order_adds_nothing_to_the_two_doses_of_the_signed_one(clinic):
    chair = infusions.infusion(site=clinic, at_state="infusing")
    given = {"infusion": chair.infusion, "assessment": "nausea 6 of 10", "by": chair.nurse, "at": chair.at}
    words = {"kind": "as_needed", "words": "Give ondansetron 8 mg once."}
    acts = [lambda: actions.give_as_needed_ondansetron(**given, key=uuid4()) for _ in "12"]
    acts += [lambda: verbal.said_at(chair, **words) for _ in "12"]
    race(*acts)
    for _ in range(2):
        with pytest.raises((Refused, IntegrityError)), transaction.atomic():
            actions.give_as_needed_ondansetron(**given, key=uuid4())
        with pytest.raises((Refused, IntegrityError)), transaction.atomic():
            verbal.said_at(chair, **words)
    assert InfusionEvent.objects.filter(kind__in=[Kind.PREMEDICATION, Kind.ONDANSETRON_PRN]).count() == 2


def test_ord_33_two_verbal_orders_at_once_are_one(clinic, committed_db):
    chair = infusions.infusion(site=clinic, at_state="infusing")
    held = race(
        lambda: verbal.said(Order.objects.get(), at=chair.at, by=chair.nurse, words="Hold it."),
        lambda: verbal.said(Order.objects.get(), at=chair.at, by=chair.nurse, words="Hold it."),
    )
    assert len(held[0]) >= 1
    assert path(Order.objects.get()) == ["draft", "signed", "held"]  # held once, whatever was said how often
