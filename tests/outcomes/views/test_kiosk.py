"""PRO-72: a tablet of the clinic in a patient's hands."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kitclinic.actions import end_tablet, enrol_tablet
from kitclinic.models import AuditEvent, Site, Tablet
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import ItemResponse, Sitting
from outcomes.opened import COOKIE, remember
from outcomes.states import SittingMode
from tests.factories import outcomes as factory
from tests.factories import people, scheduling, tablets
from tests.outcomes.views.patient_browser import KEY, Phone, opened


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
    phone.at += timedelta(minutes=10, seconds=1)
    assert phone.get("/q/questions/1/")["Location"] == "/q/kiosk/"


def test_pro_72_a_tablet_that_was_ended_meanwhile_opens_nothing(site: Site) -> None:
    phone, sitting = in_hand(site)
    assert sitting.tablet is not None
    end_tablet(tablet=sitting.tablet, by=people.staff("clinic_lead", site=site), at=factory.NOW)
    assert phone.get("/q/questions/1/")["Location"] == "/q/kiosk/"
    assert "give the tablet back" in words(phone.get("/q/kiosk/"))


def test_pro_72_an_enrolled_tablet_never_asks_for_a_link_to_paste_any_other_device_does(site: Site) -> None:
    enrolled, token = tablets.tablet(site, factory.NOW)
    device = tablets.device(token)
    assert device.get("/q/questions/1/")["Location"] == device.get("/q/thanks/")["Location"] == "/q/kiosk/"
    end_tablet(tablet=enrolled, by=people.staff("clinic_lead", site=site), at=factory.NOW)
    assert device.get("/q/questions/1/")["Location"] == Client().get("/q/questions/1/")["Location"] == "/q/"


def test_pro_72_every_page_and_every_touch_gives_ten_minutes_more(site: Site) -> None:
    phone, _ = in_hand(site)
    for act in (
        lambda: phone.get("/q/kiosk/"),
        lambda: phone.get("/q/thanks/"),
        lambda: phone.get("/q/questions/1/"),
    ):
        phone.at += timedelta(minutes=9)
        assert act().status_code == 200
    for _ in range(6):  # an hour with one question: more than a page of one's own phone lasts
        phone.at += timedelta(minutes=9)
        assert phone.post("/q/kiosk/touched/", {}).status_code == 204
    assert phone.answer(1, 2)["Location"] == "/q/questions/2/"


def test_pro_72_a_comment_written_for_long_is_kept_while_somebody_types(site: Site) -> None:
    phone, sitting = in_hand(site)
    for number in range(1, 17):
        phone.answer(number, 0)
    key = KEY.search(phone.get("/q/thanks/").content.decode())
    assert key is not None
    for _ in range(2):
        phone.at += timedelta(minutes=8)
        phone.post("/q/kiosk/touched/", {})
    phone.post("/q/comment/", {"key": key[1], "comment": "Slept badly."})
    assert sitting.assessment.comments.get().text == "Slept badly."


def test_pro_72_a_touch_opens_nothing_that_is_over_and_is_nothing_on_a_phone(site: Site) -> None:
    phone, _ = in_hand(site)
    phone.at += timedelta(minutes=11)
    assert COOKIE not in phone.post("/q/kiosk/touched/", {}).cookies
    assert phone.get("/q/questions/1/")["Location"] == "/q/kiosk/"
    own = opened(factory.sent(site=site))
    assert COOKIE not in own.post("/q/kiosk/touched/", {}).cookies
    assert own.get("/q/kiosk/touched/").status_code == 405


@pytest.mark.parametrize("address", ["/q/kiosk/", "/q/questions/1/", "/q/thanks/"])
def test_pro_72_a_form_withdrawn_in_the_patient_s_hands_clears_itself_and_leads_the_staff_back(
    site: Site, address: str
) -> None:
    phone, sitting = in_hand(site)
    nurse = scheduling.actor("nurse", site)
    actions.withdraw_questionnaire(assessment=sitting.assessment, by=nurse, reason="Not today", at=phone.at)
    answer = phone.get(address)
    assert answer.status_code == 422
    page = words(answer)
    assert 'data-kc-kiosk="180"' in page
    assert "Done: clear this screen" in page
    assert "give the tablet back" in page
    assert f'href="{reverse("lock")}"' in page
    assert phone.client.cookies[COOKIE].value == ""
    assert "Not today" not in page


def test_a_form_withdrawn_on_the_patient_s_own_phone_has_no_word_of_a_tablet(site: Site) -> None:
    made = factory.sent(site=site)
    phone = opened(made)
    nurse = scheduling.actor("nurse", site)
    actions.withdraw_questionnaire(assessment=made.assessment, by=nurse, reason="Not today", at=phone.at)
    answer = phone.get("/q/questions/1/")
    assert answer.status_code == 422
    assert "tablet" not in words(answer)
    assert "data-kc-kiosk=" not in words(answer)


def test_pro_72_the_patient_s_own_scores_clear_themselves_too(site: Site) -> None:
    phone, _ = in_hand(site)
    for number in range(1, 17):
        phone.answer(number, 0)
    assert 'data-kc-kiosk="180"' in words(phone.get("/q/scores/"))


def test_without_a_form_in_hand_the_page_asks_for_the_tablet_back(site: Site) -> None:
    page = words(Client().get("/q/kiosk/"))
    assert "give the tablet back" in page
    assert site.name not in page
