"""A device of one's own locks like a tablet, for its own person only; what was typed stays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from tests.factories import people
from tests.kitclinic.sign_in.steps import events, sign_in, signed_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
SCRIPT = {"KC-Lock": "1", "KC-Form": "1"}


@pytest.fixture(autouse=True)
def clock(settings: Any) -> Iterator[Any]:
    settings.OWN_DEVICES_LOCK = True
    with time_machine.travel(NOON, tick=False) as made:
        yield made


def opens(client: Client, **fields: str) -> Any:
    return client.post(reverse("unlock"), fields, headers=SCRIPT)


@pytest.mark.parametrize(("seconds", "locked"), [(330, False), (331, True)])
def test_sin_08_after_five_minutes_the_next_page_is_the_lock(
    clock: Any, nurse: StaffUser, seconds: int, locked: bool
) -> None:
    client = signed_in(nurse)
    clock.shift(seconds)
    answer = client.get("/board/")
    assert (answer.status_code == 302 and answer["Location"] == "/lock/?next=%2Fboard%2F") is locked
    if locked:
        assert client.post(reverse("pin"), headers={"KC-Form": "1"}).status_code == 423
        page = client.get(reverse("lock")).content.decode()
        assert nurse.name in page
        assert "Somebody else" not in page


def test_sin_08_the_password_goes_on_where_the_page_stands(clock: Any, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    before = client.session.session_key
    clock.shift(400)
    answer = opens(client, user=str(nurse.pk), password="wrong")
    assert (answer.status_code, "That is not your password" in answer.content.decode()) == (422, True)
    assert client.get("/board/").status_code == 302
    answer = opens(client, user=str(nurse.pk), password=people.PASSWORD)
    assert (answer.status_code, answer["KC-User"]) == (204, str(nurse.pk))
    assert client.session.session_key != before
    assert client.get("/board/").status_code == 200
    assert [said.detail["how"] for said in events("own device unlocked")] == ["password"]


def test_sin_08_nobody_else_s_password_opens_it(clock: Any, nurse: StaffUser, physician: StaffUser) -> None:
    client = signed_in(nurse)
    physician.set_password("another one altogether")
    physician.save()
    clock.shift(400)
    fields = {"user": str(physician.pk), "username": physician.username, "password": "another one altogether"}
    assert opens(client, **fields).status_code == 422
    assert client.get("/board/").status_code == 302


def test_sin_08_by_its_button_it_locks_at_once_and_a_passkey_is_asked_of_its_person(nurse: StaffUser) -> None:
    client = signed_in(nurse)
    assert client.post(reverse("lock"), headers=SCRIPT).status_code == 204
    assert client.get("/board/").status_code == 302
    assert client.post(reverse("lock_passkey")).json()["publicKey"]["challenge"]
    assert opens(client, credential='{"id": "nothing"}').status_code == 422
    assert [said.detail["how"] for said in events("own device locked")] == ["button"]


def test_sin_08_somebody_else_signs_in_after_signing_out(nurse: StaffUser, physician: StaffUser) -> None:
    client = signed_in(nurse)
    client.post(reverse("lock"))
    assert client.post(reverse("logout")).status_code == 302
    assert sign_in(client, physician).status_code == 302
    assert client.get("/board/").status_code == 200


def test_sin_08_a_demonstration_does_not_lock(clock: Any, site: Site, nurse: StaffUser) -> None:
    site.is_demo = True
    site.save()
    client = signed_in(nurse)
    clock.shift(3600)
    assert client.get("/board/").status_code == 200


def test_sin_08_it_keeps_no_session_beyond_its_shift(clock: Any, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    for _ in range(12):
        clock.shift(3600)
        opens(client, user=str(nurse.pk), password=people.PASSWORD)
    assert client.get("/board/")["Location"].startswith(reverse("login"))
