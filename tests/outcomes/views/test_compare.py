"""Two cohorts beside each other: each side keeps its own filters, and who is in both is said."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from tests.factories import people, registry
from tests.outcomes.views.test_open_questions import MANY, made, words

URL = "/outcomes/compare/"
FILE = "/outcomes/compare/table.csv"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return made(site, tmp_path)


def asked(home: Site, *, one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    both = {"source": home.slug, "as_of": str(registry.AS_OF)}
    left = {f"a.{key}": value for key, value in (both | one).items()}
    return left | {f"b.{key}": value for key, value in (both | other).items()}


@pytest.mark.parametrize(("role", "status"), [("clinic_lead", 200), ("psychologist", 200), ("scheduler", 403)])
def test_only_roles_that_may_see_outcomes_reach_it(site: Site, as_user: Any, role: str, status: int) -> None:
    client = as_user(people.staff(role, site=site))
    assert reverse("outcomes:compare") == URL
    assert client.get(URL).status_code == status
    assert client.get(FILE).status_code == status


def test_a_clinic_without_anything_is_answered_in_words(lead: StaffUser, as_user: Any) -> None:
    text = words(as_user(lead).get(URL))
    assert "0 patients in A, 0 in B" in text
    assert "No measure has a pair of scores on both sides." in text


def test_out_73_women_against_men(lead: StaffUser, as_user: Any, home: Site) -> None:
    response = as_user(lead).get(URL, asked(home, one={"sex": "female"}, other={"sex": "male"}))
    text = words(response)
    women = [n for n in range(MANY) if n % 5 == 0]
    assert f"{len(women)} patients in A, {MANY - len(women)} in B" in text
    assert "Only female." in text
    assert "Only male." in text
    assert "in both. Intervals" not in text
    assert "Observational: groups were not assigned." in text
    assert re.search(rf"\d+/{len(women)}, \d+\.\d%", text)
    page = response.content.decode()
    assert 'name="a.sex" id' not in page
    assert re.search(r'name="a\.sex">.*?<option value="female" selected>', page)
    assert re.search(r'name="b\.sex">.*?<option value="male" selected>', page)


def test_out_73_and_stat_47_patients_in_both_are_counted_and_said(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    text = words(as_user(lead).get(URL, asked(home, one={"sex": "female"}, other={})))
    assert "12 patients are in both. Intervals are made from each patient’s total" in text
    same = words(as_user(lead).get(URL, asked(home, one={}, other={})))
    assert "Both sides are the same patients." in same


def test_definitions_are_of_both_sides_and_stay_in_every_link(lead: StaffUser, as_user: Any, home: Site) -> None:
    given = asked(home, one={"sex": "female"}, other={"which": "returning"}) | {"mcid": "evidence"}
    page = as_user(lead).get(URL, given).content.decode()
    assert page.count("changed: smallest change (MCID) evidence") == 2
    links = [
        parse_qs(urlparse(link.replace("&amp;", "&")).query) for link in re.findall(r'href="(\?[^"]+)"', page)
    ]
    swap = next(link for link in links if link.get("b.sex") == ["female"] and "a.sex" not in link)
    assert (swap["a.which"], swap["mcid"]) == (["returning"], ["evidence"])
    copied = next(link for link in links if link.get("b.sex") == ["female"] and link.get("a.sex") == ["female"])
    assert "b.which" not in copied
    assert as_user(lead).get(URL, {key: value[0] for key, value in swap.items()}).status_code == 200


def test_a_day_that_cannot_be_read_is_said_on_its_side(lead: StaffUser, as_user: Any, home: Site) -> None:
    text = words(as_user(lead).get(URL, asked(home, one={"as_of": "yesterday"}, other={})))
    assert text.count("could not be read") == 1


def test_the_file_says_what_both_sides_are(lead: StaffUser, as_user: Any, home: Site) -> None:
    given = asked(home, one={"sex": "female"}, other={"sex": "male"})
    rows = as_user(lead).get(FILE, given).content.decode().splitlines()
    assert "A: filters,female" in rows
    assert "B: filters,male" in rows
    assert "in both,0" in rows
    line = next(row for row in rows if row.startswith("PHQ-9,last,")).split(",")
    page = words(as_user(lead).get(URL, given))
    assert f"{line[2]}/{line[3]}, {line[4]}%" in page


def test_another_sites_source_is_not_found_on_either_side(
    lead: StaffUser, as_user: Any, other_site: Site, tmp_path: Path
) -> None:
    theirs = made(other_site, tmp_path)
    for side in ("a", "b"):
        for address in (URL, FILE):
            assert as_user(lead).get(address, {f"{side}.source": theirs.slug}).status_code == 404
