"""PRO-72: a tablet of the clinic in a patient's hands."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from kitclinic.actions import end_tablet, enrol_tablet
from kitclinic.models import AuditEvent, Site, Tablet
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import ItemResponse, Sitting
from outcomes.opened import COOKIE, remember
from outcomes.states import SittingMode
from tests.factories import outcomes as factory
from tests.factories import people, scheduling
from tests.outcomes.views.patient_browser import Phone


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def tablet(site: Site) -> Tablet:
    lead = people.staff("clinic_lead", site=site)
    return enrol_tablet(site=site, name="Chairside 1", token="t" * 43, by=lead, at=factory.NOW)


def in_hand(site: Site) -> tuple[Phone, Sitting]:
    """A tablet that the nurse has handed over, at the patient's first page."""
    made = factory.sent(site=site)
    nurse = scheduling.actor("nurse", site)
    sitting = actions.start_kiosk(assessment=made.assessment, tablet=tablet(site), by=nurse, at=factory.NOW)
    phone = Phone(made)
    with time_machine.travel(factory.NOW, tick=False):
        phone.client.cookies.update(remember(HttpResponse(), sitting).cookies)
    return phone, sitting


def test_pro_72_starting_locks_the_tablet_and_sits_the_patient_down(site: Site) -> None:
    _, sitting = in_hand(site)
    assert (sitting.mode, sitting.by is not None, sitting.link) == (SittingMode.TABLET, True, None)
    assert AuditEvent.objects.filter(event="tablet locked").exists()


def test_pro_72_an_ended_tablet_or_one_of_another_clinic_is_refused(site: Site, other_site: Site) -> None:
    made, nurse = factory.sent(site=site), scheduling.actor("nurse", site)
    ended, foreign = tablet(site), tablet(other_site)
    end_tablet(tablet=ended, by=people.staff("clinic_lead", site=site), at=factory.NOW)
    for one in (ended, foreign):
        with pytest.raises(Refused, match="not a tablet of the clinic"):
            actions.start_kiosk(assessment=made.assessment, tablet=one, by=nurse, at=factory.NOW)
    assert not Sitting.objects.exists()


def test_pro_72_the_pages_clear_themselves_after_ten_minutes_and_three_at_the_end(site: Site) -> None:
    phone, _ = in_hand(site)
    assert "Start" in words(phone.get("/q/kiosk/"))
    assert 'data-kc-kiosk="600"' in words(phone.get("/q/questions/1/"))
    assert 'data-kc-kiosk="180"' in words(phone.get("/q/thanks/"))


def test_pro_72_cleared_it_shows_nothing_of_the_form_and_answers_are_kept(site: Site) -> None:
    phone, _ = in_hand(site)
    phone.answer(1, 2)
    assert phone.post("/q/kiosk/", {})["Location"] == "/q/kiosk/"
    assert phone.client.cookies[COOKIE].value == ""
    assert "give the tablet back" in words(phone.get("/q/kiosk/"))
    assert phone.get("/q/questions/1/")["Location"] == "/q/"
    assert ItemResponse.objects.get().value == 2


def test_pro_72_a_tablet_left_alone_for_ten_minutes_opens_nothing_even_without_a_script(site: Site) -> None:
    phone, _ = in_hand(site)
    phone.at += timedelta(minutes=9)
    assert phone.get("/q/questions/1/").status_code == 200
    phone.at += timedelta(minutes=2)
    assert phone.get("/q/questions/1/")["Location"] == "/q/"


def test_pro_72_a_tablet_that_was_ended_meanwhile_opens_nothing(site: Site) -> None:
    phone, sitting = in_hand(site)
    assert sitting.tablet is not None
    end_tablet(tablet=sitting.tablet, by=people.staff("clinic_lead", site=site), at=factory.NOW)
    assert phone.get("/q/questions/1/")["Location"] == "/q/"


def test_without_a_form_in_hand_the_page_asks_for_the_tablet_back(site: Site) -> None:
    page = words(Client().get("/q/kiosk/"))
    assert "give the tablet back" in page
    assert site.name not in page
