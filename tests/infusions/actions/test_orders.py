"""Orders: exact, signed by a prescriber who saw exactly this text, never edited afterwards."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions import actions
from infusions.models import Formulary, Order
from infusions.queries.orders import text_of
from infusions.states import FillMode, OndansetronContraindication, OrderState
from kitclinic import signing
from kitclinic.models import AuditEvent, Signature, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling.actions import Assessment, assess_eligibility, cancel_sequence
from scheduling.actions.eligibility import Verdict
from scheduling.queries.patients import latest_eligibility
from scheduling.states import Caution, MisuseDecision, PregnancyState, WeightSource
from tests.factories import orders as factory
from tests.factories import people
from tests.factories.scheduling import assess, facts


@pytest.fixture
def sequence(site, physician, nurse, scheduler):
    return factory.sequence(site)


@pytest.fixture
def at(site):
    return factory.moment(site)


def reassess(sequence, by, at, *, allergies="None known", **answers):
    """The patient's next assessment, kept as it is."""
    kept = ("long_qt", "apomorphine", "ondansetron_allergy", "ondansetron_other")
    more = {name: answers.pop(name) for name in kept if name in answers}
    assessment = Assessment(facts=facts(**answers), allergies=allergies, **more)
    return assess_eligibility(patient=sequence.patient, assessment=assessment, by=by, at=at, verdict=Verdict.OPEN)


def events(order):
    rows = AuditEvent.objects.filter(subject="infusions_order", subject_id=order.pk).order_by("pk")
    return list(rows.values_list("event", flat=True))


def states(order):
    rows = Transition.objects.filter(subject="infusions_order", subject_id=order.pk).order_by("pk")
    return list(rows.values_list("from_state", "to_state"))


# -- drafting ----------------------------------------------------------------------------------------


def test_a_draft_takes_the_last_measured_weight_and_the_exact_dose(sequence, physician, at):
    order = actions.draft_order(sequence=sequence, by=physician, at=at)
    order.refresh_from_db()
    assert (order.weight_kg, order.dose_mg) == (Decimal("82.5"), Decimal("41.25"))
    assert (order.draw_ml, order.total_ml, order.rate_ml_per_h) == (Decimal("0.83"), 50, Decimal("75.0"))
    assert (order.strength_mg_per_ml, order.bag_ml, order.fill) == (50, 50, FillMode.MADE_UP_TO)
    assert order.ondansetron
    assert (order.state, order.version) == (OrderState.DRAFT, 1)
    assert states(order) == [("", "draft")]
    assert events(order) == ["order drafted"]


def test_the_first_draft_sets_the_clinics_formulary_once(sequence, physician, at):
    assert not Formulary.objects.exists()
    first = actions.ensure_formulary(site=sequence.site, by=physician, at=at)
    actions.draft_order(sequence=sequence, by=physician, at=at)
    assert Formulary.objects.get() == first
    assert AuditEvent.objects.filter(event="formulary set").count() == 1


def test_the_preparation_follows_the_clinics_formulary(sequence, physician, at):
    Formulary.objects.create(site=sequence.site, strength_mg_per_ml=10, bag_ml=100, fill=FillMode.ADDED_TO)
    order = actions.draft_order(sequence=sequence, by=physician, at=at)
    assert (order.draw_ml, order.total_ml, order.rate_ml_per_h) == (
        Decimal("4.1"),
        Decimal("104.1"),
        Decimal("156.2"),
    )


@pytest.mark.parametrize("kg", ["250.0", "340.0", "635.0"])
def test_dos_01_a_heavy_patient_is_ordered_like_a_light_one(sequence, physician, at, kg):
    factory.weighed(sequence, kg, at=at)
    order = factory.sign(factory.draft(sequence))
    order.refresh_from_db()
    assert order.dose_mg == Decimal(kg) / 2
    assert order.state == OrderState.SIGNED


def test_dos_06_a_volume_that_is_off_is_confirmed_with_a_reason_that_is_signed(sequence, physician, at):
    factory.weighed(sequence, "104.3", at=at)
    draft = {"sequence": sequence, "by": physician, "at": at}
    with pytest.raises(Refused, match=r"delivers 50 mg instead of 52\.15 mg"):
        actions.draft_order(**draft)
    with pytest.raises(Refused, match="delivers 50 mg"):  # a tick without a reason confirms nothing
        actions.draft_order(**draft, confirmed=frozenset({"DOS-06"}), preparation_reason=" ")
    read = draft | factory.READ | {"preparation_reason": "1 mL syringes only"}
    order = actions.draft_order(**read, confirmed=frozenset({"DOS-06"}))
    assert order.dose_mg == Decimal("52.15")
    assert "Reason for this preparation: 1 mL syringes only." in factory.sign(order).signature.text


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"long_qt": True}, OndansetronContraindication.LONG_QT),
        ({"apomorphine": True}, OndansetronContraindication.APOMORPHINE),
        ({"allergies": "Zofran (rash)", "long_qt": True}, OndansetronContraindication.ALLERGY),
        ({"ondansetron_allergy": True, "apomorphine": True}, OndansetronContraindication.ALLERGY),
        ({"ondansetron_other": "serotonin syndrome in 2024"}, OndansetronContraindication.OTHER),
    ],
)
def test_ord_11_a_draft_leaves_ondansetron_out_as_the_assessment_says(sequence, physician, at, answers, expected):
    reassess(sequence, physician, at, **answers)
    order = actions.draft_order(sequence=sequence, by=physician, at=at)
    assert order.no_ondansetron == expected
    assert not order.ondansetron


def test_ord_11_another_reason_goes_into_the_order_in_its_words(sequence, physician, at):
    assess(sequence.patient, by=physician, at=at)
    reassess(sequence, physician, at, ondansetron_other="serotonin syndrome in 2024")
    order = actions.draft_order(sequence=sequence, by=physician, at=at)
    assert order.no_ondansetron_note == "serotonin syndrome in 2024"
    shown = text_of(order, eligibility=latest_eligibility(sequence.patient), at=at)
    assert "Against ondansetron: Other; serotonin syndrome in 2024." in shown
    actions.discontinue_order(order=order, by=physician, at=at, reason="with it after all")
    order = actions.draft_order(sequence=sequence, by=physician, at=at, no_ondansetron="none")
    with pytest.raises(Refused, match="Against ondansetron: Other"):
        sign_as(order, physician, at)


def test_ord_15_nobody_but_a_prescriber_drafts(sequence, nurse, scheduler, lead, other_site, at):
    outsider = people.staff("physician", site=other_site)
    boss = StaffUser.objects.create_superuser("root", "x", name="Root")
    for person in (nurse, scheduler, lead, outsider, boss):
        with pytest.raises(Refused, match="Only a prescriber writes"):
            actions.draft_order(sequence=sequence, by=person, at=at)
    assert not Order.objects.exists()


def test_ord_15_a_sequence_has_one_current_order(sequence, physician, at):
    actions.draft_order(sequence=sequence, by=physician, at=at)
    with pytest.raises(Refused, match="already has an order, draft"):
        actions.draft_order(sequence=sequence, by=physician, at=at)


def test_ord_15_a_cancelled_sequence_gets_no_order(sequence, physician, scheduler, at):
    cancel_sequence(sequence=sequence, reason="patient_choice", by=scheduler, at=at)
    with pytest.raises(Refused, match="over or cancelled"):
        actions.draft_order(sequence=sequence, by=physician, at=at)


def test_ord_03_another_patients_weight_is_no_weight(sequence, physician, at):
    other = factory.sequence(sequence.site, start_minute=700)
    with pytest.raises(Refused, match="No measured weight of this patient"):
        actions.draft_order(sequence=sequence, by=physician, at=at, weight=factory.weighed(other, "70.0"))


# -- signing -----------------------------------------------------------------------------------------


def test_a_signature_binds_the_exact_text_the_name_and_both_times(sequence, physician, at):
    order = factory.sign(factory.draft(sequence), by=physician, at=at)
    order.refresh_from_db()
    signature = order.signature
    assert (order.state, order.signed_at) == (OrderState.SIGNED, at)
    assert (signature.printed_name, signature.meaning) == (physician.name, "ordered")
    assert "Dose: 82.5 kg × 0.5 mg/kg = 41.25 mg. No ceiling dose." in signature.text
    assert signature.digest == signing.digest(signature.text)
    assert signing.verify(signature)
    assert states(order) == [("", "draft"), ("draft", "signed")]
    assert events(order) == ["order drafted", "order signed"]


def sign_as(order, person, at, **change):
    given = {
        "order": order,
        "proof": signing.Proof(user_id=person.pk, at=at, method="password"),
        "by": person,
        "at": at,
        "shown_digest": factory.shown_digest(order, at=at),
    }
    return actions.sign_order(**given | change)


def test_ord_01_nobody_but_a_prescriber_of_the_site_signs(sequence, nurse, scheduler, lead, other_site, at):
    order = factory.draft(sequence)
    outsider = people.staff("physician", site=other_site)
    boss = StaffUser.objects.create_superuser("root", people.PASSWORD, name="Root")
    for person in (nurse, scheduler, lead, outsider, boss):
        with pytest.raises(Refused, match="Only a prescriber signs"):
            sign_as(order, person, at)
    assert not Signature.objects.exists()


def test_ord_01_a_prescriber_who_left_signs_nothing(sequence, physician, at):
    order = factory.draft(sequence)
    StaffUser.objects.filter(pk=physician.pk).update(is_active=False)
    physician.refresh_from_db()
    with pytest.raises(Refused, match="Only a prescriber signs"):
        sign_as(order, physician, at)


def test_ord_02_nobody_signs_an_order_for_himself(sequence, site, at):
    namesake = people.staff("physician", site=site, name=sequence.patient.name)
    with pytest.raises(Refused, match="This order is for you"):
        sign_as(factory.draft(sequence), namesake, at)


def test_sig_01_an_old_proof_signs_nothing(sequence, physician, at):
    order = factory.draft(sequence)
    old = signing.reauthenticate(user=physician, password=people.PASSWORD, at=at - timedelta(seconds=61))
    with pytest.raises(Refused, match="password again"):
        sign_as(order, physician, at, proof=old)
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_sig_02_an_assessment_that_changed_meanwhile_is_read_again(sequence, physician, at):
    order = factory.draft(sequence)
    shown = factory.shown_digest(order, at=at)
    reassess(sequence, physician, at, allergies="Penicillin (rash)")
    # eligible stays as the last assessment says; found eligible again below
    assess(
        sequence.patient,
        by=physician,
        at=at,
        cautions=frozenset({Caution.HEPATIC}),
        acknowledged=frozenset(Caution),
    )
    with pytest.raises(Refused, match="changed while you were reading"):
        sign_as(order, physician, at, shown_digest=shown)
    assert not Signature.objects.exists()


def test_sig_02_a_day_later_the_expiry_is_another_and_the_text_is_read_again(sequence, physician, at):
    order = factory.draft(sequence)
    shown = factory.shown_digest(order, at=at)
    with pytest.raises(Refused, match="changed while you were reading"):
        sign_as(order, physician, at + timedelta(days=1), shown_digest=shown)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"ketamine_misuse": True}, "Ketamine was misused before"),
        ({"ketamine_misuse": None}, "Nobody has recorded whether ketamine"),
        ({"substance_misuse": True}, "Another substance is misused now"),
        ({"substance_misuse": None}, "Nobody has recorded whether another substance"),
        ({"cautions": frozenset({Caution.HEART_FAILURE})}, "Heart failure: acknowledge"),
        ({"childbearing_potential": True, "pregnancy": PregnancyState.POSITIVE}, "no ketamine, without exception"),
        ({"pain_months": 3}, "not eligible"),
        ({"allergies": "ketamine"}, "An allergy to ketamine is recorded"),
    ],
)
def test_ord_04_to_07_what_is_not_decided_is_not_signed(sequence, physician, at, answers, words):
    order = factory.draft(sequence)
    reassess(sequence, physician, at, **answers)
    with pytest.raises(Refused, match=words):
        sign_as(order, physician, at)
    assert not Signature.objects.exists()


def test_ord_04_an_accepted_history_of_misuse_stands_in_the_text(sequence, physician, at):
    assess(
        sequence.patient,
        by=physician,
        at=at,
        ketamine_misuse=True,
        misuse_decision=MisuseDecision.ACCEPT,
        misuse_rationale="Ten years ago; monitoring programme checked.",
    )
    text = factory.sign(factory.draft(sequence)).signature.text
    assert "misuse history: yes; accept with precautions: Ten years ago; monitoring programme checked." in text


def test_ord_11_ondansetron_in_spite_of_long_qt_needs_the_prescribers_reason(sequence, physician, at):
    assess(sequence.patient, by=physician, at=at)
    reassess(sequence, physician, at, long_qt=True)
    order = actions.draft_order(sequence=sequence, by=physician, at=at, no_ondansetron="none")
    with pytest.raises(Refused, match="Against ondansetron: Congenital long QT"):
        sign_as(order, physician, at)


def test_ord_03_a_carried_forward_weight_needs_a_reason(sequence, physician, at):
    carried = factory.weighed(sequence, "82.5", source=WeightSource.CARRIED_FORWARD)
    order = actions.draft_order(sequence=sequence, by=physician, at=at, weight=carried)
    with pytest.raises(Refused, match="The weight was not measured"):
        sign_as(order, physician, at)


def test_ord_09_an_order_is_signed_once(sequence, physician, at):
    order = factory.sign(factory.draft(sequence))
    with pytest.raises(Refused, match="is signed, not a draft"):
        sign_as(order, physician, at)
    assert Signature.objects.count() == 1
