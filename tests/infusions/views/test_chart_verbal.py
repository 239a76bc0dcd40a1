"""A verbal order at the chair: the sheet, and a stop that waits for nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import InfusionEvent, Order, VerbalOrder
from tests.factories import infusions, people

HX = {"HX-Request": "true"}
Kind = InfusionEvent.Kind


@pytest.fixture
def stage(site, clock, as_user, nurse):
    def put(state):
        chair = infusions.infusion(site=site, nurse=nurse, at_state=state)
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


@pytest.fixture
def doctor(site):
    return people.staff("physician", site=site, name="Bo Lindqvist")


def sheet(chair):
    url = reverse("infusions:chart_sheet", args=[chair.visit.pk, "verbal"])
    return chair.client.get(url, headers=HX).content.decode()


def say(chair, doctor, *, htmx=True, **changed):
    given = {
        "key": str(uuid4()),
        "kind": "stop",
        "prescriber": doctor.pk,
        "said": "Stop it now.",
        "said_time": "",
        "read_back": "on",
    } | changed
    url = reverse("infusions:chart_verbal", args=[chair.visit.pk])
    return chair.client.post(url, given, headers=HX if htmx else {})


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("ready", {"hold"}),
        ("infusing", {"hold", "stop", "as_needed"}),
        ("observing", {"hold", "stop", "as_needed"}),
    ],
)
def test_ord_30_the_sheet_offers_what_may_be_said_now_and_never_a_start(stage, doctor, state, offered):
    html = sheet(stage(state))
    assert {kind for kind in ("hold", "stop", "as_needed", "start") if f'value="{kind}"' in html} == offered
    assert "I read it back, and it was confirmed" in html


def test_who_is_on_site_is_offered_first(stage, doctor, site):
    chair = stage("infusing")  # the first physician of the clinic is on site: Bo Lindqvist
    people.staff("physician", site=site, name="Abel Aalto")
    html = sheet(chair)
    assert html.index("Bo Lindqvist, MD, on site") < html.index("Abel Aalto, MD")


def test_ord_32_a_stop_is_recorded_with_who_said_it(stage, doctor):
    chair = stage("infusing")
    response = say(chair, doctor)
    assert response.status_code == 200
    chair.infusion.refresh_from_db()
    assert (chair.infusion.state, chair.infusion.outcome) == ("observing", "stopped")
    assert VerbalOrder.objects.get().prescriber == doctor
    html = chair.client.get(reverse("infusions:chart", args=[chair.visit.pk])).content.decode()
    assert "Say why" in html
    assert "Verbal: Stop" in html


@pytest.mark.parametrize(
    "missing", [{"read_back": ""}, {"said": ""}, {"prescriber": ""}, {"said_time": "25:61"}, {"key": "no key"}]
)
def test_ord_32_a_stop_is_recorded_whatever_the_form_lacks(stage, doctor, missing):
    chair = stage("infusing")
    response = say(chair, doctor, **missing)
    assert response.status_code == 422
    assert "The stop is recorded." in response.content.decode()
    chair.infusion.refresh_from_db()
    assert chair.infusion.outcome == "stopped"
    assert not VerbalOrder.objects.exists()
    assert say(chair, doctor).status_code == 200  # and the words follow
    assert InfusionEvent.objects.filter(kind=Kind.STOPPED).count() == 1
    assert VerbalOrder.objects.count() == 1


def test_ord_31_a_hold_without_read_back_changes_nothing(stage, doctor):
    chair = stage("infusing")
    response = say(chair, doctor, kind="hold", read_back="")
    assert response.status_code == 422
    assert "Read the words back" in response.content.decode()
    assert Order.objects.get().state == "signed"


def test_a_hold_at_the_chair_holds_the_order_and_lets_the_infusion_run(stage, doctor):
    chair = stage("infusing")
    assert say(chair, doctor, kind="hold", said="No more after today.").status_code == 200
    chair.infusion.refresh_from_db()
    assert (Order.objects.get().state, chair.infusion.state) == ("held", "infusing")


def test_before_the_start_a_stop_is_a_hold(stage, doctor):
    chair = stage("ready")
    response = say(chair, doctor)
    assert response.status_code == 422
    assert "Record it as a hold" in response.content.decode()
    assert not InfusionEvent.objects.filter(kind=Kind.STOPPED).exists()


def test_the_time_it_was_said_is_kept(stage, doctor, site):
    chair = stage("infusing")
    earlier = site.local(chair.at - timedelta(minutes=7))
    say(chair, doctor, said_time=f"{earlier:%H:%M}")
    assert VerbalOrder.objects.get().said_at == earlier.replace(second=0, microsecond=0)


def test_without_htmx_one_comes_back_to_the_chart(stage, doctor):
    chair = stage("infusing")
    response = say(chair, doctor, htmx=False)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("infusions:chart", args=[chair.visit.pk]),
    )


@pytest.mark.parametrize("role", ["physician", "psychologist", "scheduler", "clinic_lead"])
def test_who_does_not_chart_records_no_verbal_order(stage, doctor, site, as_user, role):
    chair = stage("infusing")
    chair.client = as_user(people.staff(role, site=site))
    assert say(chair, doctor).status_code == 403
    assert not VerbalOrder.objects.exists()


def test_another_clinics_chart_is_not_there(stage, doctor, other_site, as_user):
    chair = stage("infusing")
    chair.client = as_user(people.staff("nurse", site=other_site))
    assert say(chair, doctor).status_code == 404
    chair.infusion.refresh_from_db()
    assert chair.infusion.state == "infusing"
