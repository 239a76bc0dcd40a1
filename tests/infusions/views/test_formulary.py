"""The formulary and the settings of orders: who reads, who changes, what is said."""

from typing import Any

import pytest

from infusions import actions
from infusions.models import Formulary, OrderSettings, Product
from kitclinic.models import Site, StaffUser
from tests.factories.people import OPENED

pytestmark = pytest.mark.django_db
NEW = {
    "act": "add",
    "strength_mg_per_ml": "10",
    "vial_ml": "20",
    "maker": "Able",
    "code": "",
    "is_multi_dose": "on",
}
USUAL = {
    "act": "prepare",
    "strength_mg_per_ml": "50",
    "bag_ml": "100",
    "fill": "added_to",
    "bags_ml": "50, 100 250",
}
DAYS = {"first_use_days": "21", "after_first_days": "10", "escalate": "14:30"}


@pytest.fixture
def usual(site: Site) -> Product:
    return actions.begin_with_products(site=site, at=OPENED)


def test_a_vial_is_added_goes_out_of_use_and_comes_back(as_user: Any, lead: StaffUser, usual: Product) -> None:
    client = as_user(lead)
    html = client.post("/formulary/", NEW, follow=True).content.decode()
    assert "Ketamine 10 mg/mL, 20 mL vial is in the formulary." in html
    ten = Product.objects.get(strength_mg_per_ml=10)
    html = client.post(f"/formulary/{ten.pk}/use/", {"use": "no"}, follow=True).content.decode()
    assert "Out of use" in html
    assert f"Product taken out of use: {lead.name}" in html
    ten.refresh_from_db()
    assert not ten.in_use
    client.post(f"/formulary/{ten.pk}/use/", {"use": "yes"})
    ten.refresh_from_db()
    assert ten.in_use


def test_the_last_vial_of_the_usual_strength_is_refused_in_words(
    as_user: Any, lead: StaffUser, usual: Product
) -> None:
    answer = as_user(lead).post(f"/formulary/{usual.pk}/use/", {"use": "no"})
    assert (answer.status_code, "last vial of 50 mg/mL" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"strength_mg_per_ml": "20"}, "Select a valid choice"),
        ({"vial_ml": "20,5"}, "vial_ml"),
        ({"vial_ml": "1e2"}, "vial_ml"),
        ({"vial_ml": "\uff12\uff10"}, "vial_ml"),
        ({"vial_ml": "0"}, "0.5 to 100 mL"),
        ({"vial_ml": "10.05"}, "vial_ml"),
        ({"vial_ml": "9" * 1000}, "vial_ml"),
        ({"strength_mg_per_ml": "50", "vial_ml": "10", "maker": ""}, "in use already"),
    ],
)
def test_ord_40_what_is_no_vial_is_refused_and_nothing_is_stored(
    as_user: Any, lead: StaffUser, usual: Product, wrong: dict[str, str], words: str
) -> None:
    answer = as_user(lead).post("/formulary/", NEW | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Product.objects.count() == 1


def test_the_usual_preparation_is_set_and_said_who_did(as_user: Any, lead: StaffUser, usual: Product) -> None:
    client = as_user(lead)
    html = client.post("/formulary/", USUAL, follow=True).content.decode()
    assert "The usual preparation is set." in html
    assert "usual bag 50 mL → 100 mL" in html
    assert Formulary.objects.get().bags_ml == [50, 100, 250]
    for bags in ("", "50;100", "fifty", "50.5", "-50"):
        assert client.post("/formulary/", USUAL | {"bags_ml": bags}).status_code == 422
    assert Formulary.objects.get().bags_ml == [50, 100, 250]


def test_the_days_and_the_hour_are_set(as_user: Any, lead: StaffUser) -> None:
    client = as_user(lead)
    html = client.get("/orders/settings/").content.decode()
    assert 'value="30"' in html
    assert 'value="15:00"' in html
    html = client.post("/orders/settings/", DAYS, follow=True).content.decode()
    assert "called out at 15:00 → 14:30" in html
    row = OrderSettings.objects.get()
    assert (row.first_use_days, row.after_first_days, row.escalate_minute) == (21, 10, 870)
    for wrong in ({"first_use_days": "0"}, {"after_first_days": "181"}, {"escalate": "25:00"}, {"escalate": ""}):
        assert client.post("/orders/settings/", DAYS | wrong).status_code == 422
    row.refresh_from_db()
    assert (row.first_use_days, row.after_first_days) == (21, 10)


def test_nurses_and_physicians_read_the_formulary_and_change_nothing(
    as_user: Any, nurse: StaffUser, physician: StaffUser, usual: Product
) -> None:
    for person in (nurse, physician):
        client = as_user(person)
        html = client.get("/formulary/").content.decode()
        assert "Ketamine 50 mg/mL, 10 mL vial" in html
        assert "Add the vial" not in html
        assert client.post("/formulary/", NEW).status_code == 403
        assert client.post(f"/formulary/{usual.pk}/use/", {"use": "no"}).status_code == 403
        assert client.get("/orders/settings/").status_code == 403
    assert Product.objects.count() == 1


def test_a_scheduler_has_no_way_to_the_formulary(as_user: Any, scheduler: StaffUser) -> None:
    assert as_user(scheduler).get("/formulary/").status_code == 403


def test_a_vial_of_another_clinic_is_not_found(as_user: Any, lead: StaffUser, other_site: Site) -> None:
    theirs = actions.begin_with_products(site=other_site, at=OPENED)
    assert as_user(lead).post(f"/formulary/{theirs.pk}/use/", {"use": "no"}).status_code == 404


def test_the_page_takes_as_many_queries_with_many_vials(
    as_user: Any, lead: StaffUser, usual: Product, django_assert_max_num_queries: Any
) -> None:
    for maker in "ABCDE":
        actions.add_product(
            site=lead.site, strength_mg_per_ml=50, vial_ml=usual.vial_ml, maker=maker, by=lead, at=OPENED
        )
    client = as_user(lead)
    with django_assert_max_num_queries(12):
        client.get("/formulary/")
