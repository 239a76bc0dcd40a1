"""Guessing a password in the middle of work is as slow as at the door, and stands in the trail."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from kitclinic.access import StaffRequest
from kitclinic.models import AuditEvent, Site, StaffPin, StaffUser
from kitclinic.problems import Refused
from kitclinic.proving import prove_to_sign, prove_witness
from scheduling.models import BreakGlass
from tests.factories import people, tablets
from tests.factories import scheduling as make

pytestmark = pytest.mark.django_db
AsUser = Callable[[StaffUser], Client]
NOT_YOURS, TOO_MANY = "That is not your password", "Too many wrong tries for this name. Wait 15 minutes"


def pin_page(client: Client, password: str) -> str:
    """What setting a PIN with this password answers: "" where it is set."""
    asked = {"pin": tablets.PIN, "again": tablets.PIN, "password": password}
    answer = client.post(reverse("pin"), asked)
    return answer.content.decode() if answer.status_code == 422 else ""


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as moment:
        yield moment


def test_sig_05_after_ten_wrong_passwords_the_right_one_waits_too(
    noon: Any, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    for _ in range(10):
        assert NOT_YOURS in pin_page(client, "a guess")
    assert TOO_MANY in pin_page(client, people.PASSWORD)
    assert not StaffPin.objects.exists()
    refused = AuditEvent.objects.filter(event="signature refused")
    assert {event.subject_id for event in refused} == {nurse.pk}
    assert refused.count() == 10
    noon.shift(timedelta(minutes=15))
    assert pin_page(client, people.PASSWORD) == ""
    assert StaffPin.objects.filter(user=nurse).exists()


def test_sig_05_a_right_one_begins_anew_and_the_door_stays_open(
    noon: Any, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    for _ in range(2):
        for _ in range(9):
            assert NOT_YOURS in pin_page(client, "a guess")
        assert pin_page(client, people.PASSWORD) == ""
    for _ in range(10):
        pin_page(client, "a guess")
    at_the_door = {"username": nurse.username, "password": people.PASSWORD}
    assert Client().post(reverse("login"), at_the_door).status_code == 302


def test_sig_05_emergency_access_counts_with_it_and_nobody_else_waits(
    noon: Any, site: Site, psychologist: StaffUser, as_user: AsUser
) -> None:
    patient, client = make.patient(site=site), as_user(psychologist)
    for _ in range(10):
        pin_page(client, "a guess")
    asked = {"number": patient.record_number, "reason": "unwell in the hall", "password": people.PASSWORD}
    assert TOO_MANY in client.post(reverse("scheduling:break_glass"), asked).content.decode()
    assert not BreakGlass.objects.exists()
    colleague = as_user(people.staff("psychologist", site=site))  # from the same address
    assert colleague.post(reverse("scheduling:break_glass"), asked).status_code == 302


def asking(person: StaffUser) -> StaffRequest:
    request: Any = RequestFactory().post("/")
    request.user, request.clinic, request.session = person, person.site, {}
    return request  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["of a colleague", "of nobody"])
def test_sig_05_a_witness_is_not_guessed_either(site: Site, nurse: StaffUser, name: str) -> None:
    second = people.staff("nurse", site=site)
    at, username = timezone.now(), second.username if name == "of a colleague" else "nobody-here"
    for _ in range(10):
        with pytest.raises(Refused, match="wrong"):
            prove_witness(asking(nurse), username, "a guess", at=at)
    with pytest.raises(Refused, match="Too many wrong tries"):
        prove_witness(asking(nurse), username, people.PASSWORD, at=at)
    assert AuditEvent.objects.filter(event="signature refused").exists() is (name == "of a colleague")
    third = people.staff("nurse", site=site)
    assert prove_witness(asking(nurse), third.username, people.PASSWORD, at=at)[0] == third
    assert prove_to_sign(asking(nurse), people.PASSWORD, at=at).user_id == nurse.pk


def test_sig_05_no_view_checks_a_password_by_itself() -> None:
    checking = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("kitclinic", "scheduling", "infusions", "outcomes")
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if any(call in path.read_text(encoding="utf-8") for call in ("reauthenticate(", "check_password("))
    }
    assert checking == {"kitclinic/signing.py", "kitclinic/proving.py", "kitclinic/actions/tablets.py"}
