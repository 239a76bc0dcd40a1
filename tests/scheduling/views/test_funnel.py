"""The funnel's pages: who may look, what an odd address answers, and the file."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from kitclinic.spreadsheets import guarded
from scheduling import actions
from scheduling.rules.referrals import NewReferral
from tests.factories import people
from tests.factories import scheduling as factory
from tests.factories.scheduling import actor

PAGES = ("/funnel/", "/funnel/export.csv", "/funnel/patients/")
FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def three(site: Site, now: datetime) -> None:
    """One patient to assess, one referral declined with a formula for a reason, one of 13 months ago."""
    factory.patient(site=site, at=now - timedelta(minutes=5), family_name="Marrin", given_name="Delphine")
    new = NewReferral(received_on=site.today(now), source="self", family_name="Quist")
    by, at = actor("physician", site), now - timedelta(minutes=4)
    declined = actions.receive_referral(site=site, new=new, by=by, at=at)
    actions.decline_referral(referral=declined, reason=FORMULA, by=by, at=at)
    factory.patient(site=site, at=now - timedelta(days=400))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", Role.values)
def test_the_funnel_is_for_who_sees_outcomes_or_runs_the_clinic(
    site: Site, as_user: Any, role: str, path: str
) -> None:
    allowed = ROLES[role] & {Permission.SEE_OUTCOMES, Permission.RUN_CLINIC}
    assert as_user(people.staff(role, site=site)).get(path).status_code == (200 if allowed else 403)


def test_the_bar_leads_the_clinic_lead_to_the_funnel(lead: StaffUser, as_user: Any) -> None:
    nav = as_user(lead).get("/funnel/").context["nav"]
    assert [place.label for place in nav if place.current] == ["Funnel"]


def test_the_last_twelve_months_are_shown_and_the_moment_is_printed(
    three: None, lead: StaffUser, as_user: Any, site: Site, now: datetime
) -> None:
    answer = as_user(lead).get("/funnel/")
    assert len(answer.context["shown"].months) == 12
    assert len(answer.context["shown"].ways) == 2
    assert f"as of {site.today(now):%a} {site.today(now).day}" in answer.content.decode()


def test_the_months_can_be_chosen_in_either_order(
    three: None, lead: StaffUser, as_user: Any, site: Site, now: datetime
) -> None:
    old, new = f"{site.today(now - timedelta(days=400)):%Y-%m}", f"{site.today(now):%Y-%m}"
    client = as_user(lead)
    for first, last in ((old, new), (new, old)):
        answer = client.get("/funnel/", {"from": first, "to": last})
        assert len(answer.context["shown"].ways) == 3
    assert len(client.get("/funnel/", {"from": old, "to": old}).context["shown"].ways) == 1


@pytest.mark.parametrize("asked", [{"from": "soon"}, {"to": "2999-01"}, {"from": "1999-13", "to": "<b>"}])
def test_months_that_do_not_exist_are_told(
    three: None, lead: StaffUser, as_user: Any, asked: dict[str, str]
) -> None:
    answer = as_user(lead).get("/funnel/", asked)
    assert answer.status_code == 200
    assert "There are no referrals in the months that were asked for" in answer.content.decode()


def test_an_empty_clinic_has_an_empty_funnel(lead: StaffUser, as_user: Any) -> None:
    assert "No referrals in these months" in as_user(lead).get("/funnel/").content.decode()


def test_every_number_on_the_page_opens_as_many_lines(three: None, lead: StaffUser, as_user: Any) -> None:
    client: Client = as_user(lead)
    text = client.get("/funnel/").content.decode()
    links = re.findall(r'href="(/funnel/patients/\?[^"]+)">(\d+)</a>', text)
    assert len(links) >= 8
    for address, number in links:
        answer = client.get(address.replace("&amp;", "&"))
        assert answer.context["shown"].paginator.count == int(number), address


@pytest.mark.parametrize("asked", [{"step": "born"}, {"who": "everybody"}])
def test_people_of_a_number_that_does_not_exist_are_not_found(
    lead: StaffUser, as_user: Any, asked: dict[str, str]
) -> None:
    assert as_user(lead).get("/funnel/patients/", asked).status_code == 404


def test_the_administrator_sees_numbers_and_no_names(
    three: None, site: Site, lead: StaffUser, as_user: Any
) -> None:
    named = as_user(lead).get("/funnel/patients/").content.decode()
    assert "Marrin, Delphine" in named
    assert "Quist" in named
    bare = as_user(people.staff("administrator", site=site)).get("/funnel/patients/").content.decode()
    assert not re.search(r"Marrin|Quist|/patients/\d", bare)
    assert "Names are shown to those who may find patients" in bare


def test_the_file_holds_the_numbers_of_the_page_and_no_formula(
    three: None, lead: StaffUser, as_user: Any, site: Site, now: datetime
) -> None:
    answer = as_user(lead).get("/funnel/export.csv")
    month = f"{site.today(now):%Y-%m}"
    assert answer["Content-Disposition"].endswith(f'-{month}.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert ["Referred", "2", "", "", "", "", "", "1", "0"] in rows
    assert ["Referred", "Referral declined", f"'{FORMULA}", "1"] in rows
    assert ["Accepted", "To be assessed", "1"] in rows


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2+3", "@x", "\t=1", " =1"])
def test_what_a_spreadsheet_would_compute_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "12", "-3.5", "+2", "none = none", "2026-09"])
def test_numbers_and_plain_words_stay(text: str) -> None:
    assert guarded(text) == text
