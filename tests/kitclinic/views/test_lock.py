"""The lock of a shared tablet over HTTP: by hand and by rest, opened by PIN; in whose name things are written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from infusions.models import KeptAside, VitalSet
from kitclinic.actions import end_tablet
from kitclinic.models import AuditEvent, PinTry, Site, StaffUser, Tablet
from tests.factories import infusions, orders, people, tablets
from tests.factories.tablets import PIN
from tests.journeys.steps import DAY_1

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
SCRIPT = {"KC-Lock": "1", "KC-Form": "1"}


@dataclass
class Room:
    """A tablet on which two nurses signed in with the password a moment ago; the second one is in."""

    clock: Any
    site: Site
    tablet: Tablet
    browser: Client
    nurse: StaffUser
    other: StaffUser

    def unlock(self, person: StaffUser, pin: str = PIN, **more: Any) -> Any:
        headers = SCRIPT | more.pop("headers", {})
        return self.browser.post(reverse("unlock"), {"user": person.pk, "pin": pin} | more, headers=headers)

    def lock(self) -> Any:
        return self.browser.post(reverse("lock"), headers=SCRIPT)

    def who(self) -> str:
        return str(self.browser.session.get("_auth_user_id", ""))


@pytest.fixture
def room(site: Site, nurse: StaffUser) -> Iterator[Room]:
    with time_machine.travel(START, tick=False) as clock:
        made, token = tablets.tablet(site, START)
        other = people.staff("nurse", site=site, name="Theo Brandt")
        browser = tablets.device(token)
        for person in (other, nurse):
            tablets.give_pin(person, START)
            tablets.sign_in(browser, person)
        yield Room(clock, site, made, browser, nurse, other)


PAGE = "/board/"


def test_tab_02_locked_by_its_button_nothing_answers_until_it_is_opened(room: Room) -> None:
    assert room.browser.get(PAGE).status_code == 200
    assert room.lock().status_code == 204
    assert room.browser.get(PAGE).headers["Location"] == "/lock/?next=%2Fboard%2F"
    assert room.browser.get(PAGE, headers={"HX-Request": "true"}).status_code == 423
    assert room.browser.post(reverse("theme"), {"theme": "dark"}).status_code == 423
    screen = room.browser.get("/lock/").content.decode()
    assert "Theo Brandt" in screen
    assert "Ines Varga" in screen
    assert room.unlock(room.nurse).status_code == 204
    assert room.browser.get(PAGE).status_code == 200
    events = AuditEvent.objects.filter(event__in=["tablet locked", "tablet unlocked"]).order_by("pk")
    assert [(one.event, one.detail.get("why") or one.detail["how"]) for one in events][-2:] == [
        ("tablet locked", "button"),
        ("tablet unlocked", "PIN"),
    ]


@pytest.mark.parametrize(("seconds", "status"), [(330, 200), (331, 302)])
def test_tab_02_it_locks_by_itself_by_the_server_s_clock(room: Room, seconds: int, status: int) -> None:
    room.clock.shift(timedelta(seconds=seconds))
    assert room.browser.get(PAGE).status_code == status


def test_tab_02_what_a_page_asks_for_by_itself_does_not_keep_it_open_and_a_touch_does(room: Room) -> None:
    for _ in range(5):
        room.clock.shift(timedelta(seconds=60))
        assert room.browser.get(PAGE, headers={"HX-Request": "true"}).status_code == 200
    room.browser.post(reverse("touched"), headers=SCRIPT)
    room.clock.shift(timedelta(seconds=300))
    assert room.browser.get(PAGE, headers={"HX-Request": "true"}).status_code == 200
    room.clock.shift(timedelta(seconds=31))
    assert room.browser.get(PAGE, headers={"HX-Request": "true"}).status_code == 423


def test_unlocking_makes_a_new_session_and_a_new_token(room: Room) -> None:
    before, token = room.browser.session.session_key, room.browser.cookies[settings.CSRF_COOKIE_NAME].value
    room.lock()
    answer = room.unlock(room.nurse)
    assert answer.headers["KC-User"] == str(room.nurse.pk)
    assert answer.headers["KC-Token"]
    assert room.browser.session.session_key != before
    assert room.browser.cookies[settings.CSRF_COOKIE_NAME].value != token
    assert room.who() == str(room.nurse.pk)
    stolen = tablets.device("")
    stolen.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stolen.get(PAGE).status_code == 302


def test_somebody_else_comes_in_with_nothing_of_the_first_one_s_session(room: Room) -> None:
    session = room.browser.session
    session["left_by_the_first"] = "x"
    session.save()
    room.lock()
    assert room.unlock(room.other).status_code == 204
    assert room.who() == str(room.other.pk)
    assert "left_by_the_first" not in room.browser.session


def test_tab_04_wrong_pins_say_how_many_are_left_and_the_password_opens(room: Room) -> None:
    room.lock()
    said = [room.unlock(room.nurse, "0007") for _ in range(5)]
    assert {one.status_code for one in said} == {422}
    assert "4 tries are left" in said[0].content.decode()
    assert "1 try is left" in said[3].content.decode()
    assert "5 wrong PINs in a row" in said[4].content.decode()
    assert room.unlock(room.nurse).status_code == 422
    assert PinTry.objects.filter(right=False).count() == 5
    assert room.unlock(room.other).status_code == 204
    room.lock()
    assert room.unlock(room.nurse, password="no").status_code == 422
    room.clock.shift(timedelta(seconds=1))
    assert room.unlock(room.nurse, password=people.PASSWORD).status_code == 204
    room.lock()
    assert room.unlock(room.nurse).status_code == 204


def test_tab_05_twelve_hours_after_the_password_nobody_stays_in_and_the_pin_opens_no_more(room: Room) -> None:
    for _ in range(12 * 15 - 1):
        room.clock.shift(timedelta(minutes=4))
        assert room.browser.post(reverse("touched"), headers=SCRIPT).status_code == 204
    room.clock.shift(timedelta(minutes=4))
    assert room.browser.get(PAGE).status_code == 302
    refused = room.unlock(room.nurse)
    assert "last 12 hours" in refused.content.decode()
    assert room.unlock(room.nurse, password=people.PASSWORD).status_code == 204


def test_tab_01_on_an_ended_tablet_nobody_stays_and_no_pin_opens(room: Room) -> None:
    end_tablet(tablet=room.tablet, by=room.nurse, at=START)
    assert room.browser.get(PAGE).headers["Location"].startswith("/sign-in/")
    assert room.unlock(room.nurse).status_code in {302, 401, 204}
    assert room.who() == ""


def test_tab_01_without_the_tablet_s_cookie_there_is_no_lock_screen_and_no_pin(room: Room) -> None:
    elsewhere = tablets.device("not-the-token")
    assert elsewhere.get("/lock/").headers["Location"].startswith("/sign-in/")
    elsewhere.post(reverse("unlock"), {"user": room.nurse.pk, "pin": PIN})
    assert "_auth_user_id" not in elsewhere.session
    elsewhere.force_login(room.nurse)
    room.clock.shift(timedelta(hours=2))
    assert elsewhere.get(PAGE).status_code == 200  # no shared tablet, no lock


def test_a_person_of_another_clinic_never_comes_in(room: Room, other_site: Site) -> None:
    stranger = people.staff("nurse", site=other_site)
    tablets.give_pin(stranger, START)
    room.lock()
    assert room.unlock(stranger).status_code == 422
    assert room.unlock(stranger, password=people.PASSWORD).status_code == 422
    assert (
        room.unlock(room.nurse, pin="", user="", username=stranger.username, password=people.PASSWORD).status_code
        == 422
    )


def test_the_next_person_signs_in_over_the_last_by_name_and_password(room: Room) -> None:
    room.lock()
    fresh = people.staff("physician", site=room.site)
    answer = room.unlock(fresh, pin="", user="", username=fresh.username, password=people.PASSWORD)
    assert answer.status_code == 204
    assert room.who() == str(fresh.pk)


# -- in whose name


def vitals(chair: infusions.Chair) -> dict[str, str]:
    return {"key": "6f1c1c7e-6c6c-4d3a-9f52-0d8f9f5f4f11", "sbp": "128", "dbp": "78", "hr": "70", "spo2": "98"} | {
        "rhythm": "sinus",
        "symptoms": "none",
    }


@pytest.mark.parametrize("header", ["HX-Request", "KC-Form"])
def test_tab_06_what_was_typed_before_the_switch_is_not_written_in_the_next_one_s_name(
    room: Room, header: str
) -> None:
    chair = infusions.infusion(site=room.site, monday=DAY_1, at_state="infusing")
    room.clock.move_to(chair.at)
    tablets.sign_in(room.browser, room.other)
    address = reverse("infusions:chart_vitals", args=[chair.visit.pk])
    before = VitalSet.objects.count()
    value = "true" if header == "HX-Request" else "1"
    late = room.browser.post(address, vitals(chair), headers={header: value, "KC-User": str(room.nurse.pk)})
    assert late.status_code == 409
    assert "This page was opened by Ines Varga, and Theo Brandt is signed in here now." in late.content.decode()
    assert VitalSet.objects.count() == before
    own = room.browser.post(address, vitals(chair), headers={header: value, "KC-User": str(room.other.pk)})
    assert own.status_code in {200, 204}
    assert VitalSet.objects.latest("pk").by == room.other


def test_tab_08_what_the_first_had_typed_is_kept_aside_in_their_name(room: Room) -> None:
    chair = infusions.infusion(site=room.site, monday=DAY_1, at_state="infusing")
    address = reverse("infusions:chart_vitals", args=[chair.visit.pk])
    before = VitalSet.objects.count()
    room.lock()
    fields = [*vitals(chair).items(), ["csrfmiddlewaretoken", "secret"], ["witness_password", "secret"]]
    typed = json.dumps([{"address": address, "fields": [list(pair) for pair in fields]}])
    assert room.unlock(room.other, typed=typed, headers={"KC-User": str(room.nurse.pk)}).status_code == 204
    (kept,) = KeptAside.objects.all()
    assert (kept.by, kept.infusion, kept.act) == (room.nurse, chair.infusion, "infusions:chart_vitals")
    assert kept.content["sbp"] == ["128"]
    assert "secret" not in json.dumps(kept.content)
    assert "Theo Brandt unlocked it" in kept.because
    assert VitalSet.objects.count() == before


@pytest.mark.parametrize(
    "typed", ["", "nothing", "{}", '["x"]', '[{"address": "/nowhere/", "fields": [["a", "b"]]}]']
)
def test_what_is_no_entry_is_not_kept_and_stops_nobody(room: Room, typed: str) -> None:
    room.lock()
    assert room.unlock(room.other, typed=typed, headers={"KC-User": str(room.nurse.pk)}).status_code == 204
    assert not KeptAside.objects.exists()


def test_tab_07_a_pin_signs_no_order(room: Room) -> None:
    physician = people.staff("physician", site=room.site)
    order = orders.draft(orders.sequence(room.site, DAY_1))
    room.clock.move_to(room.site.instant(DAY_1, 480))
    tablets.give_pin(physician, START)
    tablets.sign_in(room.browser, physician)
    room.browser.post(reverse("infusions:order", args=[order.pk]), {"password": PIN})
    room.browser.post(f"{reverse('infusions:signing')}?order={order.pk}", {"order": order.pk, "password": PIN})
    order.refresh_from_db()
    assert (order.state, order.signature) == ("draft", None)


def test_tab_05_no_other_passkey_opens_a_tablet_and_it_is_asked_on_tablets_only(
    room: Room,
) -> None:
    room.lock()
    assert room.browser.post(reverse("lock_passkey"), {"user": room.nurse.pk}).json()["publicKey"]["challenge"]
    assert room.browser.post(reverse("lock_passkey"), {"user": "0"}).status_code == 404
    assert Client().post(reverse("lock_passkey"), {"user": room.nurse.pk}).status_code == 404
    answer = room.unlock(room.nurse, pin="", credential='{"id": "nothing"}')
    assert (answer.status_code, "That passkey is not yours" in answer.content.decode()) == (422, True)
    assert AuditEvent.objects.latest("pk").event == "sign-in refused"
    assert room.browser.get("/board/").status_code == 302
