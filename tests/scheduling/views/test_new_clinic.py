"""A new clinic by the guided form: three steps, refusals in words, and what is still missing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.clinic_needs import is_ready, needs_of
from kitclinic.models import AuditEvent, Membership, OutboxMessage, Site, StaffUser
from kitclinic.places import PLACE
from kitclinic.roles import Role
from scheduling.queries.records import current_consent_text
from tests.factories import people, tablets
from tests.factories.scheduling import NOW

CLINIC = {
    "name": "Linden Street Infusion",
    "address": "4 Linden Street\nSpringfield",
    "phone": "555 0199",
    "time_zone": "America/Chicago",
}
HOURS = {"opens": "08:00", "closes": "16:30", "chairs": "4", "first_weekday": "1"}


@pytest.fixture
def administrator(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


@pytest.fixture
def client(administrator: StaffUser, as_user: Any) -> Client:
    made: Client = as_user(administrator)
    return made


def begin(client: Client) -> Site:
    assert client.post(reverse("scheduling:clinic_new"), CLINIC).headers["Location"] == "/clinic/new/hours/"
    return Site.objects.get(slug="linden-street-infusion")


def test_acc_37_it_is_made_with_all_a_clinic_begins_with_by_its_first_administrator(
    client: Client, administrator: StaffUser, site: Site
) -> None:
    made = begin(client)
    assert (made.name, made.phone, made.time_zone) == (CLINIC["name"], CLINIC["phone"], CLINIC["time_zone"])
    assert current_consent_text(site_id=made.pk) is not None
    place = Membership.objects.get()
    assert (place.site, place.person, place.role) == (made, administrator, "administrator")
    assert client.session[PLACE] == made.pk
    events = set(AuditEvent.objects.filter(site=made).values_list("event", flat=True))
    assert {"clinic opened", "consent text published", "product added", "place given", "site changed"} <= events
    assert AuditEvent.objects.get(site=made, event="clinic opened").by == administrator
    assert AuditEvent.objects.get(site=site, event="clinic opened from here").subject_id == made.pk
    administrator.refresh_from_db()
    assert administrator.site == site


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("of_demo", [True, False])
def test_only_a_demonstration_opens_a_demonstration(
    client: Client, site: Site, settings: Any, demo: bool, of_demo: bool
) -> None:
    settings.DEMO = demo
    Site.objects.filter(pk=site.pk).update(is_demo=of_demo)
    assert begin(client).is_demo is (demo and of_demo)


def test_the_three_steps_end_on_what_is_missing_and_may_be_left_and_gone_on(client: Client, site: Site) -> None:
    made = begin(client)
    assert client.post(reverse("scheduling:clinic_new_hours"), HOURS).headers["Location"] == "/clinic/new/people/"
    made.refresh_from_db()
    assert (made.opens_minute, made.closes_minute, made.chairs, made.first_weekday) == (480, 990, 4, 1)
    first = {"scheduler-name": "Nkem Osei", "scheduler-username": "nkem2", "scheduler-to": "nkem@example.org"}
    assert client.post(reverse("scheduling:clinic_new_people"), first).headers["Location"] == "/clinic/ready/"
    nkem = StaffUser.objects.get(username="nkem2")
    assert (nkem.site, nkem.role) == (made, Role.SCHEDULER)
    assert OutboxMessage.objects.filter(site=made, to="nkem@example.org").count() == 1
    page = client.get(reverse("scheduling:clinic_ready")).content.decode()
    assert "not ready yet" in page
    assert "Nkem Osei: invited, and has not set a password yet." in page
    nkem.set_password(people.PASSWORD)
    nkem.save()
    page = client.get(reverse("scheduling:clinic_ready")).content.decode()
    assert "is ready for the first referral" in page
    assert "Plan a series" in page
    client.post(reverse("place"), {"site": site.pk})  # left, and gone on the next day
    client.post(reverse("place"), {"site": made.pk})
    assert client.get(reverse("scheduling:clinic_new_people")).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "juniper street infusion"}, "There is a clinic of this name"),
        ({"name": "Juniper"}, "There is a clinic of this name"),  # its address would be the other one's
        ({"name": "..."}, "a name with letters"),
        ({"time_zone": "America/Gotham"}, "Select a valid choice"),
        ({"address": ""}, "This field is required"),
    ],
)
def test_acc_37_what_does_not_go_is_refused_in_words(client: Client, wrong: dict[str, str], sentence: str) -> None:
    answer = client.post(reverse("scheduling:clinic_new"), CLINIC | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Site.objects.count() == 1


def test_hours_that_end_before_they_begin_are_refused_at_their_field(client: Client) -> None:
    begin(client)
    answer = client.post(reverse("scheduling:clinic_new_hours"), HOURS | {"closes": "07:00"})
    assert answer.status_code == 422
    assert "closes" in answer.context["form"].errors


def test_of_the_first_people_all_are_invited_or_nobody(client: Client, administrator: StaffUser) -> None:
    begin(client)
    lines = {"scheduler-name": "Nkem Osei", "scheduler-username": "nkem2", "scheduler-to": "nkem@example.org"}
    taken = {"nurse-name": "Ines", "nurse-username": administrator.username, "nurse-to": "ines@example.org"}
    answer = client.post(reverse("scheduling:clinic_new_people"), lines | taken)
    assert answer.status_code == 422
    assert not StaffUser.objects.filter(username="nkem2").exists()
    half = client.post(reverse("scheduling:clinic_new_people"), {"nurse-name": "Ines"})
    assert "or leave the line empty" in half.content.decode()
    assert client.post(reverse("scheduling:clinic_new_people"), {}).status_code == 302


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_acc_37_nobody_but_an_administrator_opens_a_clinic(site: Site, role: str, as_user: Any) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse("scheduling:clinic_new")).status_code == 403
    assert client.post(reverse("scheduling:clinic_new"), CLINIC).status_code == 403
    assert Site.objects.count() == 1


def test_no_clinic_is_opened_on_a_shared_tablet(site: Site, administrator: StaffUser) -> None:
    _, token = tablets.tablet(site, NOW)
    browser = tablets.device(token)
    tablets.sign_in(browser, administrator)
    assert browser.post(reverse("scheduling:clinic_new"), CLINIC).status_code == 422
    assert Site.objects.count() == 1


def test_acc_38_each_thing_missing_has_a_way_to_it_that_opens(client: Client, site: Site) -> None:
    begin(client)
    needs = client.get(reverse("scheduling:clinic_ready")).context["parts"]
    urls = [need.url for _, part in needs for need in part]
    assert len(urls) >= 10
    assert [url for url in urls if client.get(url).status_code not in {200, 403}] == []


def test_acc_38_without_address_or_telephone_it_is_not_ready(site: Site) -> None:
    people.staff("scheduler", site=site)
    assert not is_ready(needs_of(site, NOW))
    site.address, site.phone = "1 Juniper Street", "555 0100"
    assert is_ready(needs_of(site, NOW))
    StaffUser.objects.filter(site=site).update(is_active=False)
    assert not is_ready(needs_of(site, NOW))
