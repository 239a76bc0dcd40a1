"""Waste before a witness, doses that go back, and differences that are declared and answered."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions import actions
from infusions.models import Discrepancy, DiscrepancyAnswer, Movement
from infusions.queries.ledger import hand_of
from infusions.states import MovementKind
from kitclinic.models import Signature
from tests.factories import infusions, ledger, people
from tests.factories.scheduling import NOW


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def client(as_user, nurse, clock):
    clock(NOW)
    return as_user(nurse)


@pytest.fixture
def vial(site):
    return ledger.vial(site)


@pytest.fixture
def left(site, nurse, as_user, clock):
    """A dose in hand of an infusion that did not start."""
    chair = infusions.chair(site=site, nurse=nurse).arrive()
    (draw,) = ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    actions.do_not_start(infusion=chair.infusion, reason="illness", by=nurse, at=chair.at, key=uuid4())
    clock(chair.at)
    return draw


def body(witness=None, **fields):
    given = {"key": str(uuid4()), "how_much": "all", "why": "Expired"}
    if witness:
        given |= {"witness_username": witness.username, "witness_password": people.PASSWORD}
    return given | fields


def url(name, row):
    return reverse(f"infusions:{name}", args=[row.pk])


def test_a_vial_is_wasted_before_a_witness_who_signs(client, nurse, physician, vial):
    response = client.post(url("ledger_waste_vial", vial), body(physician))
    assert response.headers["Location"] == url("ledger_vial", vial)
    wasted = Movement.objects.get(kind=MovementKind.WASTED)
    assert (wasted.mg, wasted.by, wasted.witness, wasted.reason) == (Decimal(500), nurse, physician, "Expired")
    assert wasted.signature.signer == physician
    assert wasted.signature.meaning == Signature.Meaning.WITNESSED
    assert "0 mL" in words(client.get(url("ledger_vial", vial)))
    assert "Nothing is left in this vial" in words(client.get(url("ledger_waste_vial", vial)))


def test_a_part_is_typed_in_ml(client, physician, vial):
    client.post(url("ledger_waste_vial", vial), body(physician, how_much="part", ml="0.35", why="Contaminated"))
    assert Movement.objects.get(kind=MovementKind.WASTED).mg == Decimal("17.5")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"witness_password": "wrong"}, "User name or password of the witness is wrong"),
        ({"witness_username": "nobody"}, "User name or password of the witness is wrong"),
        ({"witness_password": ""}, "The witness types their own password"),
        ({"how_much": ""}, "Say whether all of it or a part"),
        ({"how_much": "part"}, "Type how much was wasted"),
        ({"how_much": "part", "ml": "10.01"}, "Only 500 mg is left"),
        ({"how_much": "part", "ml": "0,5"}, "Type a number with a point"),
        ({"why": "Other"}, "Say why it is wasted"),
        ({"why": "Thirst"}, "Select a valid choice"),
    ],
)
def test_a_waste_that_does_not_hold_writes_nothing(client, physician, vial, changed, said):
    response = client.post(url("ledger_waste_vial", vial), body(physician, **changed))
    assert response.status_code == 422
    assert said in words(response)
    assert people.PASSWORD not in words(response)
    assert not Movement.objects.filter(kind=MovementKind.WASTED).exists()
    assert not Signature.objects.exists()


def test_nobody_witnesses_their_own_waste(client, nurse, scheduler, other_site, vial):
    stranger = people.staff("nurse", site=other_site)
    for witness, said in (
        (nurse, "The witness is a second person"),
        (scheduler, "may not witness this"),
        (stranger, "User name or password of the witness is wrong"),
    ):
        response = client.post(url("ledger_waste_vial", vial), body(witness))
        assert response.status_code == 422
        assert said in words(response)
    assert not Signature.objects.exists()


def test_the_number_on_the_vial_leads_to_its_waste(client, vial):
    address = reverse("infusions:ledger_waste")
    assert client.get(f"{address}?vial={vial.number}").headers["Location"] == url("ledger_waste_vial", vial)
    for typed in ("77", "x", "\N{SUPERSCRIPT TWO}", "9" * 5000):
        response = client.get(address, {"vial": typed})
        assert response.status_code == 422
        assert "Read the number on the vial again" in words(response)


def test_what_is_left_of_a_dose_is_wasted_whole(as_user, nurse, physician, left):
    client = as_user(nurse)
    assert "Write 0.83 mL as wasted" in words(client.get(url("ledger_waste_dose", left)))
    response = client.post(url("ledger_waste_dose", left), body(physician, reason="Not started"))
    assert response.status_code == 302
    assert hand_of(left.infusion).left_mg == 0
    assert "Nothing of this dose is in hand" in words(client.get(url("ledger_waste_dose", left)))
    assert "This dose does not go back" in words(client.get(url("return_dose", left)))


def test_a_whole_dose_goes_back_with_its_reason(as_user, nurse, left):
    client = as_user(nurse)
    empty = client.post(url("return_dose", left), {"key": str(uuid4()), "reason": " "})
    assert (empty.status_code, "Say why it goes back" in words(empty)) == (422, True)
    assert client.post(url("return_dose", left), {"key": str(uuid4()), "reason": "Patient ill"}).status_code == 302
    assert hand_of(left.infusion).returned_mg == left.mg
    assert "10 mL" in words(client.get(url("ledger_vial", left.vial)))


def gap_body(**fields):
    return {"key": str(uuid4()), "way": "missing", "ml": "0.35", "reason": "Spilled at the chair"} | fields


def test_a_discrepancy_is_declared_and_answered_by_somebody_else(as_user, client, nurse, lead, vial):
    response = client.post(url("discrepancy_vial", vial), gap_body())
    gap = Discrepancy.objects.get()
    assert gap.movement.mg == Decimal("-17.5")
    assert "You found it" in words(client.get(response.headers["Location"]))
    page = as_user(lead)
    assert "Answer it" in words(page.get(url("discrepancy", gap)))
    answer = {"words": "Vial was overfilled less.", "reported_to": "", "password": people.PASSWORD}
    wrong = page.post(url("discrepancy", gap), answer | {"password": "wrong"})
    assert (wrong.status_code, "not your password" in words(wrong)) == (422, True)
    assert "Vial was overfilled less." in words(wrong)  # what was typed is kept
    assert not DiscrepancyAnswer.objects.exists()
    assert page.post(url("discrepancy", gap), answer).status_code == 302
    shown = words(page.get(url("discrepancy", gap)))
    assert "Signed by Ravi Adeyemi, MHA" in shown
    assert "Answer it" not in shown
    assert "None is open." in words(page.get(reverse("infusions:discrepancies")))


def test_a_nurse_cannot_answer(client, vial, physician):
    gap = actions.declare_discrepancy(
        by=physician, at=NOW, key=uuid4(), mg=Decimal("-5"), reason="Less", vial=vial
    )
    page = words(client.get(url("discrepancy", gap)))
    assert "A physician or the clinic lead answers it" in page
    answer = {"words": "Fine", "reported_to": "", "password": people.PASSWORD}
    assert client.post(url("discrepancy", gap), answer).status_code == 403
    assert not DiscrepancyAnswer.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"way": ""}, "Say whether less or more is there"),
        ({"ml": "10.01"}, "no more than that can be missing"),
        ({"way": "more"}, "More than 500 mg cannot be here"),
        ({"reason": ""}, "Say what you found"),
    ],
)
def test_a_discrepancy_that_does_not_hold_writes_nothing(client, vial, changed, said):
    response = client.post(url("discrepancy_vial", vial), gap_body(**changed))
    assert response.status_code == 422
    assert said in words(response)
    assert not Discrepancy.objects.exists()


def test_less_of_a_drawn_dose_is_declared_and_the_rest_wasted(as_user, nurse, physician, left):
    client = as_user(nurse)
    assert client.post(url("discrepancy_dose", left), gap_body(ml="0.03")).status_code == 302
    client.post(url("ledger_waste_dose", left), body(physician, reason="Rest"))
    hand = hand_of(left.infusion)
    assert (hand.left_mg, hand.discrepancy_mg, hand.wasted_mg) == (0, Decimal("-1.5"), Decimal(40))


def test_doses_and_differences_of_another_clinic_are_not_there(as_user, other_site, left):
    stranger = as_user(people.staff("physician", site=other_site))
    for name in ("ledger_waste_dose", "return_dose", "discrepancy_dose"):
        assert stranger.get(url(name, left)).status_code == 404
        assert stranger.post(url(name, left), body()).status_code == 404


def test_the_lead_reads_and_acts_nowhere_in_the_vault(as_user, lead, vial, left):
    client = as_user(lead)
    for name, row in (
        ("ledger_waste_vial", vial),
        ("ledger_waste_dose", left),
        ("return_dose", left),
        ("discrepancy_vial", vial),
        ("discrepancy_dose", left),
    ):
        assert client.get(url(name, row)).status_code == 403
