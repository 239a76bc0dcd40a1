"""The page of changes: old and new, who and when, of one's own clinic only."""

from typing import Any

import pghistory
import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission, Role
from scheduling.models import OpeningHours
from tests.factories import people
from tests.factories.scheduling import patient


@pytest.fixture
def page(site: Site, lead: StaffUser, as_user: Any) -> Any:
    client = as_user(lead)
    return lambda **asked: client.get(reverse("changes"), asked)


def told(answer: Any) -> list[tuple[str, str, list[tuple[str, str, str]], str]]:
    return [
        (one.thing, one.act, [(column.name, column.old, column.new) for column in one.columns], one.who)
        for one in answer.context["changes"]
    ]


def test_rec_02_a_change_shows_old_and_new_who_and_the_address(page: Any, site: Site, nurse: StaffUser) -> None:
    lead = StaffUser.objects.get(role="clinic_lead")
    with pghistory.context(by=lead.pk, view="people"):
        StaffUser.objects.filter(pk=nurse.pk).update(role="physician", credentials="MD")
    answer = page(kind="STAFF")
    assert told(answer)[0] == (
        "Staff user: Ines Varga",
        "Changed",
        [("Credentials", "RN", "MD"), ("Role", "Nurse", "Physician")],
        "Ravi Adeyemi",
    )
    text = answer.content.decode()
    assert "from people" in text
    assert "password" not in text.lower()


def test_a_minute_is_shown_as_an_hour_and_a_row_taken_out_as_it_was(page: Any, site: Site) -> None:
    hours = OpeningHours.objects.create(site=site, weekday=5, opens_minute=480, closes_minute=720)
    hours.delete()
    gone, made = told(page(kind="SCHEDULE"))
    assert (gone[1], made[1]) == ("Taken out", "Added")
    assert ("Opens minute", "08:00", "") in gone[2]
    assert ("Closes minute", "", "12:00") in made[2]
    assert gone[3].startswith("Not from a page")


def test_only_ones_own_clinic_and_no_patient_is_on_it(page: Any, site: Site, other_site: Site) -> None:
    Site.objects.filter(pk=other_site.pk).update(phone="555 0199")
    people.staff("nurse", site=other_site, name="Olga Elsewhere")
    someone = patient(site=site)
    text = page().content.decode()
    assert "555 0199" not in text
    assert "Olga" not in text
    assert someone.family_name not in text
    assert "Juniper Street" in text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"first": "2026-02-30"}, 422),
        ({"first": "2026-03-02", "last": "2026-03-01"}, 422),
        ({"first": "0001-01-01"}, 422),
        ({"last": "9999-12-31"}, 422),
        ({"kind": "PATIENT"}, 422),
        ({"first": "2020-01-01", "last": "2020-01-31", "kind": "FORMULARY"}, 200),
    ],
)
def test_days_that_cannot_be_read_show_no_change(page: Any, asked: dict[str, str], status: int) -> None:
    answer = page(**asked)
    assert answer.status_code == status
    assert not answer.context["changes"]


@pytest.mark.parametrize("role", sorted(Role.values))
def test_it_opens_to_whoever_runs_the_clinic(site: Site, role: str, as_user: Any) -> None:
    user = people.staff(role, site=site)
    allowed = user.may(Permission.RUN_CLINIC)
    assert as_user(user).get(reverse("changes")).status_code == (200 if allowed else 403)
