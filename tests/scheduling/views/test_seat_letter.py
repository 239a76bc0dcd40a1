"""The printed invitation: everything the patient needs, read back out of the PDF."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from kitclinic.models import Site, StaffUser
from scheduling.models import GroupVisit, Letter
from tests.factories import scheduling as make
from tests.factories import suite

AsUser = Callable[[StaffUser], Client]
pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


@pytest.fixture
def group(site: Site) -> GroupVisit:
    Site.objects.update(
        address="12 Juniper Street\nCleveland, OH",
        phone="216 555 0100",
        bring_along="Reading glasses\nA list of medicines",
    )
    return make.group_visit(site=Site.objects.get(pk=site.pk), day=date(2026, 9, 7), room="Room 2")


def test_the_letter_says_when_where_what_and_who(group: GroupVisit, scheduler: StaffUser, as_user: AsUser) -> None:
    patient = make.booked_patient(site=group.site, group=group, language="Spanish", needs_interpreter=True)
    client = as_user(scheduler)
    answer = client.get(reverse("scheduling:seat_letter", args=[patient.seats.get().pk]))
    assert answer.headers["Content-Type"] == "application/pdf"
    (page,) = text_of(answer.content)
    for part in (
        patient.name,
        "Monday 7 September 2026",
        "1:00 in the afternoon, about 90 minutes",
        "12 Juniper Street, Cleveland, OH",
        "Room 2",
        "Paul Marrin",
        "Reading glasses",
        "A list of medicines",
        "somebody you know drives you home",
        "you told us that you speak Spanish, and an interpreter is there",
        "call 216 555 0100",
        "We will call you to book the five infusion days",
    ):
        assert part in page
    assert not Letter.objects.filter(channel=Letter.Channel.PRINT).exists(), "looking records nothing"


def test_the_letter_is_addressed_to_the_patient_and_without_address_by_name_alone(
    group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    address = "4 Alder Court\nApartment 2\nLakewood, OH 44107"
    patient = make.booked_patient(site=group.site, group=group, address=address)
    other = make.booked_patient(site=group.site, group=group)
    pages = text_of(as_user(scheduler).get(reverse("scheduling:group_letters", args=[group.pk])).content)
    assert f"{patient.name} 4 Alder Court Apartment 2 Lakewood, OH 44107 Record" in pages[0]
    assert f"{other.name} Record {other.record_number}" in pages[1]


def test_booked_infusion_days_stand_in_the_letter(
    group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.booked_patient(site=group.site, group=group)
    suite.booked_sequence(group.site, date(2026, 9, 14), patient=patient, start_minute=545)
    answer = as_user(scheduler).get(reverse("scheduling:seat_letter", args=[patient.seats.get().pk]))
    (page,) = text_of(answer.content)
    assert "each at 9:05 in the morning" in page
    assert "Monday 14 September" in page
    assert "Friday 18 September" in page


def test_all_letters_of_a_group_visit_are_one_page_each(
    group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    client, url = as_user(scheduler), reverse("scheduling:group_letters", args=[group.pk])
    assert client.get(url).status_code == 404
    patients = [make.booked_patient(site=group.site, group=group) for _ in range(3)]
    pages = text_of(client.get(url).content)
    assert len(pages) == 3
    assert all(patient.record_number in page for patient, page in zip(patients, pages, strict=True))


def test_printing_is_recorded_and_shown_with_every_message(
    group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    seat = make.booked_patient(site=group.site, group=group).seats.get()
    client = as_user(scheduler)
    answer = client.post(reverse("scheduling:seat_letter_print", args=[seat.pk]))
    assert answer.headers["Location"] == reverse("scheduling:seat_letter", args=[seat.pk])
    page = client.get(reverse("scheduling:group_messages", args=[group.pk])).content.decode()
    assert "Printed letter" in page
    assert "Phone call to make" in page


def test_who_does_not_book_prints_no_letter(group: GroupVisit, nurse: StaffUser, as_user: AsUser) -> None:
    seat = make.booked_patient(site=group.site, group=group).seats.get()
    assert as_user(nurse).get(reverse("scheduling:seat_letter", args=[seat.pk])).status_code == 403
