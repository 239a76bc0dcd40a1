"""The shift count: blind, one tap a lot, vial by vial where a lot is not as listed."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import Count, CountLine, Discrepancy
from infusions.queries.ledger import vial_lines
from tests.factories import infusions, ledger
from tests.factories.scheduling import NOW

URL = reverse("infusions:ledger_count")


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def opened(site, nurse, clock):
    """Four vials, the first one opened for a patient: 9.17 mL are left in it."""
    chair = infusions.chair(site=site, nurse=nurse).arrive()
    ledger.stocked(site, vials=4, at=chair.at)
    (draw,) = ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    clock(chair.at)
    return draw.vial


def seen(client) -> dict[str, str]:
    """What the page carries along."""
    form = client.get(URL).context["form"]
    return {"key": str(form["key"].value()), "seen": str(form["seen"].value())}


def test_led_35_the_page_shows_no_amount_of_an_opened_vial_and_chooses_nothing(as_user, nurse, opened):
    page = words(as_user(nurse).get(URL))
    assert f"Vial {opened.number}, opened" in page
    assert "All 3 here, sealed" in page
    assert " checked" not in page.partition('<form class="count"')[2]
    for amount in ("9.17", "458.5", "0.83"):
        assert amount not in page


def test_a_count_that_agrees_makes_no_discrepancy(as_user, nurse, opened):
    client = as_user(nurse)
    body = seen(client) | {f"lot_{opened.receipt_id}": "all", f"ml_{opened.pk}": "9.17", "note": "Morning"}
    response = client.post(URL, body)
    count = Count.objects.get()
    assert response.headers["Location"] == reverse("infusions:ledger_counted", args=[count.pk])
    page = words(client.get(response.headers["Location"]))
    assert "Vault and ledger agree" in page
    assert "458.5" in page
    assert "Note: Morning" in page
    assert not Discrepancy.objects.exists()


def test_one_vial_of_a_lot_may_be_missing_and_another_opened(as_user, nurse, site, opened):
    client, receipt = as_user(nurse), opened.receipt_id
    here, gone, broached = [line.vial for line in vial_lines(site) if line.vial != opened]
    body = seen(client) | {
        f"lot_{receipt}": "some",
        f"state_{here.pk}": "here",
        f"state_{gone.pk}": "missing",
        f"state_{broached.pk}": "opened",
        f"ml_{broached.pk}": "9.5",
        f"ml_{opened.pk}": "9.17",
    }
    response = client.post(URL, body)
    assert response.status_code == 302
    assert {gap.movement.vial_id: gap.movement.mg for gap in Discrepancy.objects.all()} == {
        gone.pk: Decimal(-500),
        broached.pk: Decimal(-25),
    }
    assert "2 of 4 vials differed" in words(client.get(response.headers["Location"]))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the mL in it"),
        ("9,17", "Type a number with a point"),
        ("1e1", "Type a number with a point"),
        ("\N{FULLWIDTH DIGIT NINE}", "Type a number with a point"),
        ("NaN", "Type a number with a point"),
        ("-1", "Type a number with a point"),
        ("9.175", "at most two places"),
        ("10.01", "by its label"),
        ("9" * 100_000, "Type a number with a point"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_saved(as_user, nurse, opened, typed, said):
    client = as_user(nurse)
    response = client.post(URL, seen(client) | {f"lot_{opened.receipt_id}": "all", f"ml_{opened.pk}": typed})
    assert response.status_code == 422
    assert said in words(response)
    assert not CountLine.objects.exists()


def test_a_lot_that_nobody_answered_for_is_asked_again_with_what_was_typed_kept(as_user, nurse, opened):
    client = as_user(nurse)
    response = client.post(URL, seen(client) | {f"ml_{opened.pk}": "9.17"})
    assert response.status_code == 422
    assert "Tap what is there of this lot." in words(response)
    assert 'value="9.17"' in words(response)
    some = client.post(URL, seen(client) | {f"lot_{opened.receipt_id}": "some", f"ml_{opened.pk}": "9.17"})
    assert "Say how vial" in words(some)
    assert not Count.objects.exists()


def test_led_36_what_moved_meanwhile_makes_the_count_start_again(as_user, nurse, site, opened):
    client = as_user(nurse)
    body = seen(client) | {f"lot_{opened.receipt_id}": "all", f"ml_{opened.pk}": "9.17"}
    ledger.stocked(site, vials=2, lot="LATE")
    response = client.post(URL, body)
    assert response.status_code == 422
    assert "Something moved in the vault while you counted" in words(response)
    assert "lot LATE" in words(response)
    assert 'value="9.17"' not in words(response)
    assert not Count.objects.exists()
    assert not Discrepancy.objects.exists()


def test_a_count_sent_twice_stands_once(as_user, nurse, opened):
    client = as_user(nurse)
    body = seen(client) | {f"lot_{opened.receipt_id}": "all", f"ml_{opened.pk}": "9"}
    first, second = client.post(URL, body), client.post(URL, body)
    assert first.headers["Location"] == second.headers["Location"]
    assert Count.objects.count() == 1
    assert Discrepancy.objects.count() == 1


def test_an_empty_vault_has_nothing_to_count(as_user, nurse):
    assert "Nothing to count" in words(as_user(nurse).get(URL))


def test_who_may_count(as_user, lead, scheduler, nurse, site, other_site):
    assert as_user(lead).get(URL).status_code == 403
    assert as_user(scheduler).post(URL, {"key": str(uuid4())}).status_code == 403
    theirs = ledger.stocked(other_site).vault
    for asked in (theirs.pk, "x", "9" * 40):
        assert as_user(nurse).get(f"{URL}?vault={asked}").status_code == 404


def test_the_result_of_a_count_of_another_clinic_is_not_there(as_user, nurse, other_site):
    receipt = ledger.stocked(other_site)
    by = ledger.scheduling.actor("nurse", other_site)
    count = ledger.actions.count_vault(vault=receipt.vault, counted={}, by=by, at=NOW, key=uuid4())
    assert as_user(nurse).get(reverse("infusions:ledger_counted", args=[count.pk])).status_code == 404
