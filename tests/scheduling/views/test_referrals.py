"""The referral inbox and entering a referral by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling import actions
from scheduling.models import Referral
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

URL = reverse("scheduling:referrals")
NEW = reverse("scheduling:referral_new")
AsUser = Callable[[StaffUser], Client]


def words(client: Client, **asked: str) -> str:
    answer = client.post(URL, asked, follow=True) if "q" in asked else client.get(URL, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "received_on": "2026-09-01",
        "source": "Dr. H. Amsel",
        "family_name": "Marrin",
        "given_name": "Delphine",
        "birth_date": "1974-03-14",
        "language": "English",
        "pain_months": "40",
    } | fields


@pytest.mark.parametrize("role", list(Role))
def test_who_finds_patients_looks_and_who_registers_acts(site: Site, as_user: AsUser, role: Role) -> None:
    client, may = as_user(people.staff(role, site=site)), ROLES[role]
    looks = 200 if Permission.FIND_PATIENTS in may else 403
    acts = 200 if Permission.REGISTER_PATIENTS in may else 403
    referral = make.referral(site=site)
    assert client.get(URL).status_code == looks
    assert client.get(reverse("scheduling:referral", args=[referral.pk])).status_code == looks
    for name in ("referral_new", "referral_import", "referral_template"):
        assert client.get(reverse(f"scheduling:{name}")).status_code == acts
    assert client.get(reverse("scheduling:referral_accept", args=[referral.pk])).status_code == acts


def test_a_nurse_sees_the_inbox_without_its_acts(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    make.referral(site=site)
    page = words(as_user(nurse))
    assert "Enter a referral" not in page
    assert ">Decide</a>" not in page
    assert "Scheduler or physician" in page


def test_an_empty_inbox_says_what_will_stand_there(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    page = words(as_user(scheduler))
    assert "Nothing waits for a decision" in page
    assert NEW in page


def test_the_oldest_referral_stands_first_with_its_age_and_who_acts(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    make.referral(site=site, family_name="Younger")
    make.referral(site=site, family_name="Older", received_on=site.today(NOW) - timedelta(days=30))
    page = words(as_user(scheduler))
    assert page.index("Older,") < page.index("Younger,")
    assert "days</span>" in page
    assert "Scheduler or physician" in page


def test_each_state_has_a_tab_with_its_count(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    client = as_user(scheduler)
    make.referral(site=site)
    asked, declined = (
        make.referral(site=site, family_name="Askedfor"),
        make.referral(site=site, family_name="Nope"),
    )
    actions.ask_for_information(referral=asked, asked_for="MRI, Dr. Amsel", by=scheduler, at=NOW)
    actions.decline_referral(referral=declined, reason="Too far away.", by=scheduler, at=NOW)
    make.patient(site=site)
    page = words(client)
    for label in ("To decide", "Waiting for information", "Accepted", "Declined"):
        assert f"{label} <b>1</b>" in page
    assert "Withdrawn</a>" in page
    assert "MRI, Dr. Amsel" in words(client, state="needs_information")
    assert "Too far away." in words(client, state="declined")
    assert "Open the patient" in words(client, state="accepted")
    assert "Askedfor" not in page


def test_a_search_counts_in_every_state_and_opens_where_somebody_matches(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    make.referral(site=site, family_name="Received")
    closed = make.referral(site=site, family_name="Müller", given_name="Jörg")
    actions.decline_referral(referral=closed, reason="Too far away.", by=scheduler, at=NOW)
    page = words(client, q="müll jö")
    assert "Müller, Jörg" in page
    assert "Declined <b>1</b>" in page
    assert "Received, " not in page
    assert "Nobody here matches “zzz”" in words(client, q="zzz")


def test_the_search_field_swaps_the_list_only(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(URL, {"q": "x"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<section id="kc-referrals"')


def test_a_page_of_fifty_costs_as_many_queries_as_one_line(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    client, counts = as_user(scheduler), []
    for many in (1, 20):
        for _ in range(many):
            make.patient(site=site)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(URL, {"state": "accepted"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_clinics_referrals_are_not_there(
    site: Site, other_site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    theirs, client = make.referral(site=other_site, family_name="Foreign"), as_user(scheduler)
    assert "Foreign" not in words(client)
    assert client.get(reverse("scheduling:referral", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("scheduling:referral_accept", args=[theirs.pk])).status_code == 404
    assert (
        client.post(reverse("scheduling:referral_decline", args=[theirs.pk]), {"reason": "x"}).status_code == 404
    )
    ours = make.referral(site=site)
    stranger = make.patient(site=other_site)
    link = reverse("scheduling:referral_link", args=[ours.pk])
    assert client.post(link, {"patient": stranger.pk}).status_code == 404
    assert client.post(link, {"patient": "x"}).status_code == 404


def test_a_letter_typed_in_stands_in_the_inbox(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(NEW, typed())
    referral = Referral.objects.get()
    assert answer.headers["Location"] == reverse("scheduling:referral", args=[referral.pk])
    assert (referral.name, referral.pain_months, referral.source) == ("Delphine Marrin", 40, "Dr. H. Amsel")


def test_what_is_wrong_with_a_letter_stands_at_its_fields(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(
        NEW, typed(birth_date="2026-09-02", source="", family_name="", pain_months="")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Born 2026-09-02 is after the referral of 2026-09-01" in page
    assert "Say who refers" in page
    assert "Type the family name" in page
    assert 'value="Delphine"' in page
    assert not Referral.objects.exists()


def test_pain_of_two_years_in_words_is_no_number_of_months(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(NEW, typed(pain_months="2 years"))
    assert answer.status_code == 422
    assert "Enter a whole number" in answer.content.decode()


def test_the_same_person_again_is_asked_about_and_taken_with_a_reason(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    client.post(NEW, typed())
    asked = client.post(NEW, typed(source="Dr. Ng"))
    assert asked.status_code == 422
    assert "is in the inbox already" in asked.content.decode()
    said = {"confirmed": "ENR-38", "reason_ENR-38": "A second practice refers as well."}
    assert client.post(NEW, typed(source="Dr. Ng") | said).status_code == 302
    assert Referral.objects.count() == 2
