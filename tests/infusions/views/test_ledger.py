"""The ledger page: does the vault agree, what is where, and who may do what."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions import actions
from infusions.models import Movement
from tests.factories import infusions, ledger, people
from tests.factories.scheduling import NOW

LEDGER = reverse("infusions:ledger")


@pytest.fixture
def at(clock):
    clock(NOW)
    return NOW


def words(response) -> str:
    return " ".join(response.content.decode().split())


def count(receipt, by, at, **changed):
    """Everything as the label says; changed: vial number -> mL."""
    counted = {
        vial.pk: changed.get(f"n{vial.number}", vial.product.vial_ml)
        for vial in receipt.contents.select_related("product")
    }
    return actions.count_vault(vault=receipt.vault, counted=counted, by=by, at=at, key=uuid4())


def test_an_empty_ledger_offers_the_delivery(as_user, nurse, at):
    page = words(as_user(nurse).get(LEDGER))
    assert "The vault is empty" in page
    assert "Receive a delivery" in page


def test_the_page_says_first_that_nobody_has_counted(as_user, nurse, site, at):
    ledger.stocked(site, vials=3)
    page = words(as_user(nurse).get(LEDGER))
    assert page.index("The vault has never been counted") < page.index("Main vault")
    assert "<b>3</b> vials" in page
    assert "no. 1 to 3" in page
    assert "1,500 mg" in page


def test_led_34_a_count_of_an_earlier_day_is_called_out(as_user, nurse, site, at, clock):
    receipt = ledger.stocked(site)
    count(receipt, nurse, at)
    assert "The vault agrees" in words(as_user(nurse).get(LEDGER))
    clock(at + timedelta(days=1))
    page = words(as_user(nurse).get(LEDGER))
    assert "The vault is not counted today" in page
    assert "1 d ago, by <b>Ines Varga, RN</b>" in page


def test_an_open_discrepancy_comes_before_everything(as_user, nurse, site, at):
    receipt = ledger.stocked(site)
    count(receipt, nurse, at, n2=Decimal("9.5"))
    page = words(as_user(nurse).get(LEDGER))
    assert "The vault does not agree: 1 discrepancy is open" in page
    assert "\N{MINUS SIGN}25 mg" in page
    assert "The vault agrees" not in page


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "Expired"), (0, "Expires soon"), (30, "Expires soon"), (31, None)]
)
def test_led_33_vials_are_called_out_from_thirty_days_before_they_expire(
    as_user, nurse, site, at, clock, days, said
):
    expires_on = date(2027, 3, 1)
    ledger.stocked(site, expires_on=expires_on)
    clock(site.instant(expires_on - timedelta(days=days), 600))
    page = words(as_user(nurse).get(LEDGER))
    assert [word for word in ("Expired", "Expires soon") if f"</svg>{word}" in page] == ([said] if said else [])


def test_a_dose_in_hand_stands_with_the_act_that_closes_it(as_user, nurse, site, clock):
    chair = infusions.chair(site=site, nurse=nurse).arrive()
    (draw,) = ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    clock(chair.at)
    client = as_user(nurse)
    assert "None: every drawn dose" in words(client.get(LEDGER))  # the infusion may still begin
    actions.do_not_start(infusion=chair.infusion, reason="illness", by=nurse, at=chair.at, key=uuid4())
    page = words(client.get(LEDGER))
    assert f"0.83 mL, 41.5 mg</b> drawn for record {chair.infusion.patient.record_number}" in page
    assert reverse("infusions:ledger_waste_dose", args=[draw.pk]) in page
    assert reverse("infusions:return_dose", args=[draw.pk]) in page


def test_who_sees_the_ledger_and_who_acts_in_it(as_user, nurse, physician, lead, scheduler, psychologist, site):
    for user, status, acts in (
        (nurse, 200, True),
        (physician, 200, True),
        (lead, 200, False),
        (scheduler, 403, False),
        (psychologist, 403, False),
    ):
        client = as_user(user)
        response = client.get(LEDGER)
        assert response.status_code == status, user.role
        assert (reverse("infusions:ledger_receive") in words(response)) is acts, user.role
        assert client.get(reverse("infusions:ledger_receive")).status_code == (200 if acts else 403)


def test_every_page_of_the_ledger_takes_few_queries(as_user, nurse, site, at, django_assert_max_num_queries):
    for _ in range(4):
        receipt = ledger.stocked(site, vials=5)
    vault = receipt.vault
    actions.count_vault(vault=vault, counted={}, by=nurse, at=at, key=uuid4())
    client, vial = as_user(nurse), receipt.contents.first()
    for name, args in (
        ("ledger", []),
        ("ledger_movements", []),
        ("discrepancies", []),
        ("ledger_vial", [vial.pk]),
        ("ledger_receipt", [receipt.pk]),
        ("ledger_count", []),
        ("ledger_report", []),
    ):
        with django_assert_max_num_queries(20):
            assert client.get(reverse(f"infusions:{name}", args=args)).status_code == 200


def test_pages_of_one_vial_of_another_clinic_are_not_there(as_user, nurse, other_site):
    vial = ledger.vial(other_site)
    for name in ("ledger_vial", "ledger_waste_vial", "discrepancy_vial"):
        assert as_user(nurse).get(reverse(f"infusions:{name}", args=[vial.pk])).status_code == 404
    assert as_user(nurse).get(f"{reverse('infusions:ledger_waste')}?vial={vial.number}").status_code == 422


def test_the_page_of_a_vial_runs_its_balance(as_user, nurse, site, clock):
    chair = infusions.chair(site=site, nurse=nurse).arrive()
    (draw,) = ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    clock(chair.at)
    client = as_user(people.staff("clinic_lead", site=site))
    page = client.get(reverse("infusions:ledger_vial", args=[draw.vial_id]))
    steps = page.context["shown"].steps
    assert [(step.change_mg, step.left_mg) for step in steps] == [
        (Decimal(500), Decimal(500)),
        (Decimal("-41.5"), Decimal("458.5")),
    ]
    assert "9.17 mL" in words(page)
    assert chair.infusion.patient.family_name not in words(page)
    assert Movement.objects.count() == len(steps) + draw.vial.receipt.vials - 1
