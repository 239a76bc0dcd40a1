"""A shared tablet, and people who may come in on it."""

from datetime import datetime
from itertools import count

from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitclinic.actions import enrol_tablet, record_password, set_pin
from kitclinic.models import Site, StaffUser, Tablet
from tests.factories import people

PIN = "5839"
_numbers = count(1)


def tablet(site: Site, at: datetime, *, token: str = "") -> tuple[Tablet, str]:
    """An enrolled tablet and its token."""
    number = next(_numbers)
    token = token or f"token-of-tablet-{number}"
    lead = StaffUser.objects.filter(site=site, role="clinic_lead").first() or people.staff(
        "clinic_lead", site=site
    )
    return enrol_tablet(site=site, name=f"Chairside {number}", token=token, by=lead, at=at), token


def give_pin(person: StaffUser, at: datetime, pin: str = PIN) -> StaffUser:
    set_pin(by=person, pin=pin, again=pin, proof=people.proof(person, at), at=at)
    return person


def knows(made: Tablet, person: StaffUser, at: datetime, pin: str = PIN) -> StaffUser:
    """This person has a PIN and signed in on the tablet with the password just now."""
    give_pin(person, at, pin)
    record_password(tablet=made, person=person, at=at)
    return person


def device(token: str) -> Client:
    """A browser on that tablet; nobody is signed in."""
    client = Client()
    client.cookies[settings.TABLET_COOKIE_NAME] = token
    return client


def sign_in(client: Client, person: StaffUser) -> None:
    answer = client.post(reverse("login"), {"username": person.username, "password": people.PASSWORD})
    assert answer.status_code == 302, answer.content
