"""The list of patients: search, pages, empty states, who may look."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.actions import merge_patients
from scheduling.models import Patient
from scheduling.queries.search import ENOUGH, MOST
from scheduling.views.patients import A_PAGE
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

URL = reverse("scheduling:patients")
AsUser = Callable[[StaffUser], Client]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_but_administrator_and_analyst_finds_patients(site: Site, as_user: AsUser, role: Role) -> None:
    expected = 403 if role in (Role.ADMINISTRATOR, Role.ANALYST) else 200
    assert as_user(people.staff(role, site=site)).get(URL).status_code == expected


def test_the_list_shows_readiness_in_words_and_never_another_site(
    site: Site, other_site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    make.patient(site=site, family_name="Marrin")
    make.patient(site=other_site, family_name="Elsewhere")
    page = as_user(scheduler).get(URL).content.decode()
    assert "Marrin, " in page
    assert "Eligibility not recorded" in page
    assert "Elsewhere" not in page


def test_the_bar_searches_here_and_the_first_match_is_one_key_away(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    found = make.patient(site=site, family_name="Marrin")
    make.patient(site=site, family_name="Tolland")
    page = as_user(scheduler).post(URL, {"q": "marr"}, follow=True).content.decode()
    assert "Tolland" not in page
    assert f'href="{reverse("scheduling:patient", args=[found.pk])}" autofocus' in page


def test_enter_in_the_field_opens_the_first_match(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    found = make.patient(site=site, family_name="Marrin")
    answer = as_user(scheduler).post(URL, {"q": "marr", "open": "first"})
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[found.pk])
    assert as_user(scheduler).post(URL, {"q": "nobody", "open": "first"}, follow=True).status_code == 200


def test_the_partial_is_the_part_of_the_page(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    make.patient(site=site)
    client = as_user(scheduler)
    part = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="kc-patients"')
    assert part in client.get(URL).content.decode()


def test_a_page_holds_fifty(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    for _ in range(A_PAGE + 1):
        make.patient(site=site)
    client = as_user(scheduler)
    assert client.get(URL).content.count(b"<tr data-kc-item>") == A_PAGE
    assert client.get(URL, {"page": 2}).content.count(b"<tr data-kc-item>") == 1


def test_an_empty_list_offers_to_register_only_to_who_may(
    site: Site, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    new = reverse("scheduling:patient_new")
    for query in ({}, {"q": "nobody"}):
        assert as_user(scheduler).post(URL, query, follow=True).content.decode().count(new) == 2
        assert new not in as_user(nurse).post(URL, query, follow=True).content.decode()
    assert "Nobody matches “&lt;b&gt;”" in as_user(scheduler).post(URL, {"q": "<b>"}, follow=True).content.decode()


def test_a_merged_record_is_found_by_its_number_and_leads_to_the_kept_one(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    kept, folded = make.patient(site=site, record_number="KT-1"), make.patient(site=site, record_number="KT-777")
    merge_patients(kept=kept, folded=folded, reason="The same.", by=scheduler, at=make.NOW)
    page = as_user(scheduler).post(URL, {"q": "KT-777"}, follow=True).content.decode()
    assert reverse("scheduling:patient", args=[kept.pk]) in page
    assert "found by KT-777, merged" in page
    answer = as_user(scheduler).post(URL, {"q": "777", "open": "first"})
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[kept.pk])


def test_more_than_a_page_says_how_many_more(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    for _ in range(MOST + 2):
        make.patient(site=site, family_name="Marrin")
    page = as_user(scheduler).post(URL, {"q": "marr"}, follow=True).content.decode()
    assert page.count("<tr data-kc-item>") == MOST
    assert f"{MOST + 2} records match “marr”; the first {MOST} are shown" in page
    assert "And 2 more records: type more" in page


def test_more_than_enough_says_so_and_gives_no_number_it_did_not_count(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    Patient.objects.bulk_create(
        Patient(site=site, record_number=f"B-{number}", family_name="Marrin", birth_date=NOW, created_at=NOW)
        for number in range(ENOUGH + 1)
    )
    page = as_user(scheduler).post(URL, {"q": "arri"}, follow=True).content.decode()
    assert page.count("<tr data-kc-item>") == MOST
    assert f"More than {ENOUGH} records match “arri”; {MOST} are shown, the likeliest first" in page
    assert f"More than {ENOUGH} records; type more of the name" in page
    assert "And " not in page.partition('<p class="more">')[2].partition("</p>")[0]


def test_the_preferred_name_stands_in_the_list(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    make.patient(site=site, preferred_name="Della")
    assert "called Della" in as_user(scheduler).post(URL, {"q": "della"}, follow=True).content.decode()
