"""The refusals people meet on the way: who may not, what is missing, what is gone, what is somebody else's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from infusions.models import Infusion, Order
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES
from outcomes.models import Assessment
from scheduling.models import (
    Visit,
)
from tests.access.rows import ADDRESSES, OF_ONESELF, Everything, everything_of, values_of
from tests.factories import infusions as at_chair
from tests.factories import orders as ordering
from tests.factories import outcomes as questionnaires
from tests.factories import people, suite
from tests.factories.scheduling import actor
from tests.journeys import steps
from tests.journeys.person import Person
from tests.journeys.steps import DAY_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Iterator[steps.Clinic]:
    with steps.a_clinic() as made:
        yield made


# -- who may not


def test_a_nurse_cannot_sign_an_order(clinic: steps.Clinic) -> None:
    order = ordering.draft(ordering.sequence(clinic.site, DAY_1))
    clinic.clock(DAY_1, "08:00")
    nurse = clinic.sign_in("nurse").at("infusions:order", order.pk)
    assert "Read and sign" not in nurse.words
    assert "To sign" not in nurse.words
    nurse.at("infusions:signing", status=403)
    assert "Not for your role" in nurse.words
    physician = clinic.sign_in("physician").open(f"{reverse('infusions:signing')}?order={order.pk}")
    nurse.page = physician.page  # the very form, from the nurse's browser
    nurse.page.forms_with("Sign order")[0][0].controls["csrfmiddlewaretoken"].chosen = [
        nurse.client.cookies["kitclinic_csrf"].value
    ]
    nurse.press("Sign order", password=people.PASSWORD, status=403)
    order.refresh_from_db()
    assert (order.state, order.signature) == ("draft", None)


def test_a_scheduler_sees_no_chart(clinic: steps.Clinic) -> None:
    visit = at_chair.infusion(site=clinic.site, monday=DAY_1, at_state="infusing", family_name="Tolland").visit
    order = Order.objects.get()
    clinic.clock(DAY_1, "09:20")
    scheduler = clinic.sign_in("scheduler")
    for name, pk in (
        ("infusions:chart", visit.pk),
        ("infusions:chart_print", visit.pk),
        ("infusions:order", order.pk),
        ("infusions:order_pdf", order.pk),
        ("infusions:patient_panel", visit.patient_id),
    ):
        scheduler.at(name, pk, status=403)
    scheduler.at("infusions:board", status=403)
    page = scheduler.at("scheduling:patient", visit.patient_id)
    assert "TOLLAND" in page.words
    assert visit.patient.diagnosis not in page.words
    assert "Suite board" not in page.words
    assert "mg" not in page.words.split()


# -- what is missing


@pytest.mark.parametrize(("drafted", "sentence"), [(False, "There is no order."), (True, "draft, not signed")])
def test_nothing_starts_without_a_signed_order(clinic: steps.Clinic, drafted: bool, sentence: str) -> None:
    visit = at_chair.visit(site=clinic.site, monday=DAY_1, signed=False)
    if drafted:
        ordering.draft(visit.sequence)
    clinic.clock(DAY_1, "09:00")
    nurse = clinic.sign_in("nurse").at("infusions:chart", visit.pk)
    nurse.press("Arrived")
    steps.sheet(nurse, "weigh", "Save weight", weight_kg="82.5")
    nurse.press("Start", status=422)
    assert sentence in nurse.words
    assert Infusion.objects.get().state == "arrived"


def test_a_weight_five_percent_away_holds_the_order(clinic: steps.Clinic) -> None:
    visit = at_chair.visit(site=clinic.site, monday=DAY_1)
    clinic.clock(DAY_1, "09:00")
    nurse = clinic.sign_in("nurse").at("infusions:chart", visit.pk)
    nurse.press("Arrived")
    steps.sheet(nurse, "weigh", "Save weight", weight_kg="86.7")  # 82.5 was ordered for
    assert Order.objects.get().state == "held"
    nurse.press("Start", status=422)
    assert "INF-02" in nurse.words


# -- what is gone


def test_a_place_that_was_just_taken_is_refused_with_fresh_offers(clinic: steps.Clinic) -> None:
    suite.open_week(clinic.site, DAY_1, nurses=1)
    clinic.clock(DAY_1 - timedelta(days=6), "10:00")
    patient = at_chair.cleared(site=clinic.site, monday=DAY_1)
    offers = clinic.sign_in("scheduler").at("scheduling:offers", patient.pk)
    scheduler = offers.press("Keep the wish", time="09:00")
    assert "The wish fits: 09:00 on all five days." in scheduler.words
    suite.booked_sequence(clinic.site, DAY_1, start_minute=540)  # a colleague was faster
    scheduler.press("Confirm option", status=409)
    assert "Not booked. The offers below are fresh; choose again." in scheduler.words
    assert not Visit.objects.filter(patient=patient).exists()
    assert scheduler.can_press("Confirm option")
    scheduler.press("Confirm option")
    assert Visit.objects.filter(patient=patient).count() == 5


def test_nobody_is_seated_in_a_chair_that_is_taken(clinic: steps.Clinic) -> None:
    first = at_chair.infusion(site=clinic.site, monday=DAY_1, at_state="infusing").visit
    second = at_chair.visit(site=clinic.site, monday=DAY_1, minute=570)
    clinic.clock(DAY_1, "09:30")
    nurse = clinic.sign_in("second nurse").at("infusions:chart", second.pk)
    nurse.press("Arrived", chair=str(first.chair), status=422)
    assert f"Chair {first.chair} still has a patient." in nurse.words
    assert Infusion.objects.count() == 1


def test_the_fifth_wrong_year_of_birth_closes_the_link(clinic: steps.Clinic) -> None:
    sent = questionnaires.sent(site=clinic.site, at=clinic.site.instant(steps.REFERRED, 600))
    wrong = str(sent.year + 1)
    patient = Person().at("outcomes:link").press("Open", token=sent.token)
    for left in ("4 tries are", "3 tries are", "2 tries are", "1 try is"):
        patient.press("Next", birth_year=wrong, status=422)
        assert f"That is not the year we have. {left} left." in patient.words
    patient.press("Next", birth_year=wrong, status=422)
    assert "this link was closed" in patient.words
    Person().at("outcomes:link").press("Open", token=sent.token, status=422)
    assert Assessment.objects.get().state == "withdrawn"


def test_no_question_is_answered_on_a_day_with_an_infusion(clinic: steps.Clinic) -> None:
    chair = at_chair.infusion(site=clinic.site, monday=DAY_1, at_state="infusing")
    sent = questionnaires.sent(site=clinic.site, patient=chair.visit.patient, at=chair.visit.starts_at)
    clinic.clock(DAY_1, "18:00")
    patient = Person().at("outcomes:link").press("Open", token=sent.token, status=422)
    assert "These questions wait until tomorrow" in patient.words


# -- what is somebody else's


@pytest.fixture
def elsewhere(other_site: Site) -> Everything:
    return everything_of(other_site)


def test_what_belongs_to_another_clinic_is_not_there(site: Site, elsewhere: Everything) -> None:
    assert len(ADDRESSES) > 50
    found: dict[str, tuple[int, int]] = {}
    with time_machine.travel(site.instant(DAY_1, 570), tick=False):
        for name, pattern in ADDRESSES.items():
            if name in OF_ONESELF:
                continue  # nobody of either clinic has this row: what the matrix says of them is 404
            role = next(role for role, may in ROLES.items() if set(pattern.callback.any_of) & may)  # type: ignore[attr-defined]
            address = reverse(name, kwargs=values_of(name, elsewhere))
            filled = {"patient": elsewhere.chair.visit.patient_id, "group": elsewhere.rows["group"]}
            ours = _ask(address, actor(role, site), filled)
            with transaction.atomic():
                theirs = _ask(address, actor(role, elsewhere.site), filled)
                transaction.set_rollback(True)  # the act itself is not what is tested
            if ours != 404 or theirs in {403, 404}:
                found[name] = (ours, theirs)
    assert sorted(found.items()) == []


def _ask(address: str, user: StaffUser, body: dict[str, int]) -> int:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    return (client.post(address, body) if answer.status_code == 405 else answer).status_code


def test_the_figures_of_another_clinic_are_not_there(clinic: steps.Clinic, other_site: Site) -> None:
    lead = clinic.sign_in("clinic_lead").at("outcomes:dashboard")
    pages = ("dashboard", "home", "table_1", "completion", "safety_figures", "utilisation", "discrepancies")
    lists = (("cell", "phq-9", "last"), ("table_1_patients", "age"), ("completion_patients", "whole"))
    addresses = [reverse(f"outcomes:{name}") for name in pages]
    for address in [*addresses, *(reverse(f"outcomes:{name}", args=args) for name, *args in lists)]:
        lead.open(f"{address}?source={other_site.slug}", status=404)
