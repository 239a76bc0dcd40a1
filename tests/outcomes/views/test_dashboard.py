"""The outcomes page: who may see it, what it says, and that every choice changes it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infusions.actions import escalate_unsigned
from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from tests.factories import orders, people, registry, verbal

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/"


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    """The registry of the clinic, with four patients."""
    return import_registry(site=site, directory=registry.export(tmp_path), label="Old", by=None, at=AT).record.site


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def words(response: Any) -> str:
    """The page as read: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_address_is_the_clinic_leads_home(lead: StaffUser) -> None:
    assert reverse("outcomes:dashboard") == URL


@pytest.mark.parametrize(
    ("role", "status"),
    [("clinic_lead", 200), ("physician", 200), ("psychologist", 200), ("nurse", 403), ("scheduler", 403)],
)
def test_only_roles_that_may_see_outcomes_reach_it(site: Site, as_user: Any, role: str, status: int) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(URL).status_code == status
    assert client.get(reverse("outcomes:export")).status_code == status


def test_nobody_sees_it_without_signing_in(client: Any, db: None) -> None:
    assert client.get(URL).status_code == 302


def test_an_empty_clinic_says_what_will_appear_and_what_makes_it_appear(lead: StaffUser, as_user: Any) -> None:
    text = words(as_user(lead).get(URL))
    assert "No infusion was completed by this day" in text
    assert "Here will stand Figure 1" in text
    assert "The first step is a completed infusion." in text
    assert "import_cohort DIR" in text


def test_the_page_begins_with_the_source_that_has_most_to_show(lead: StaffUser, as_user: Any, home: Site) -> None:
    begun = as_user(lead).get(URL)
    assert words(begun) == words(as_user(lead).get(URL, {"source": home.slug}))


def test_the_measure_looked_at_first_has_something_to_show(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, asked(home)).content.decode()
    assert '<option value="phq-9" selected>' in page, "only PHQ-9 was answered"
    asked_for = as_user(lead).get(URL, asked(home, measure="promis-fatigue")).content.decode()
    assert '<option value="promis-fatigue" selected>' in asked_for


def test_an_empty_clinic_offers_its_registry(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, {"source": lead.site.slug}).content.decode()
    assert f'href="?source={home.slug}"' in page


def test_each_cell_shows_its_figures_its_n_and_the_published_beneath(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    text = words(as_user(lead).get(URL, asked(home, measure="phq-9")))
    assert "Outcomes as of 31 December 2023" in text
    assert "By the last infusion 33% of patients had improved; published 21%." in text
    assert "Of 1 published value 1 lies inside our 95% intervals." in text
    assert "1/3 33.3% published 93/439 21.2%" in text
    assert "−1.0 ± 6.1 3 published −1.3 ± 4.8 438 <0.001".replace("<", "&lt;") in text
    assert "4 patients, 20 completed infusions since 2 Jan 2023" in text
    assert "Five or more 4 890" in text
    assert "If switched, 1 of 33 cells change. PHQ-9, last: 33.3 to 66.7%" in text
    assert "either way 67%, 2" in text
    assert "Last infusion 100% 4/4 3 months 0% 0/4 6 months 0% 0/4" in text


def test_each_chart_is_named_described_and_told_as_a_table(lead: StaffUser, as_user: Any, home: Site) -> None:
    response = as_user(lead).get(URL, asked(home, measure="phq-9"))
    page, text = response.content.decode(), words(response)
    assert (
        page.count('role="img" aria-label="Patients meaningfully improved, %" aria-describedby="figure-1-says"')
        == 2
    )
    assert page.count('id="figure-1-says"') == 1
    assert "Depression last infusion 1 3 33.3 0.8 to 90.6 21.2" in text
    assert "last infusion 3 1 (33%) 1 (33%) 1 (33%) 2 (67%) 0" in text


def test_a_chart_stands_in_the_page_as_drawn_in_the_colours_of_the_theme(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    page = as_user(lead).get(URL, asked(home)).content.decode()
    drawn = re.findall(r"<svg [^>]*class=\"marks\".*?</svg>", page, re.S)
    assert len(drawn) == 4, "Figure 1 and the strip, each for wide and for narrow screens"
    for svg in drawn:
        assert "var(--w1)" in svg
        assert not re.search(r"(?:fill|stroke)=\"#", svg), "a colour that would not follow the theme"


def test_cells_are_links_to_their_patients_that_keep_the_choice(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, asked(home, mcid="evidence")).content.decode()
    link = reverse("outcomes:cell", args=["phq-9", "last"])
    assert f"{link}?source={home.slug}&amp;as_of=2023-12-31&amp;mcid=evidence" in page


@pytest.mark.parametrize(
    ("switch", "value", "says"),
    [
        ("direction", "either", "2/3 66.7%"),
        ("baseline", "30", "1/3 33.3%"),
        ("reference", "course", "1/3 33.3%"),
        ("mcid", "evidence", "1/3 33.3%"),
        ("day0", "in", "1/3 33.3%"),
        ("tie", "earlier", "1/3 33.3%"),
    ],
)
def test_a_switch_changes_the_tables_and_is_named(
    lead: StaffUser, as_user: Any, home: Site, switch: str, value: str, says: str
) -> None:
    response = as_user(lead).get(URL, asked(home, **{switch: value}))
    text = words(response)
    assert says in text
    assert "Definition set Paper 2025, version 1, changed: " in text
    assert f'id="{switch}-{value}" value="{value}" checked' in response.content.decode()


def test_another_sites_source_is_not_found(
    lead: StaffUser, as_user: Any, other_site: Site, tmp_path: Path
) -> None:
    theirs = import_registry(site=other_site, directory=registry.export(tmp_path), by=None, at=AT).record.site
    client = as_user(lead)
    for slug in (other_site.slug, theirs.slug, "nowhere"):
        assert client.get(URL, {"source": slug}).status_code == 404
        assert client.get(reverse("outcomes:export"), {"source": slug}).status_code == 404


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("yesterday", "could not be read"),
        ("2999-01-01", "was in the future"),
        ("1980-01-01", "was before 1995-01-01"),
    ],
)
def test_an_impossible_day_is_said_and_today_is_shown(
    lead: StaffUser, as_user: Any, home: Site, day: str, says: str
) -> None:
    text = words(as_user(lead).get(URL, asked(home, as_of=day)))
    assert says in text
    assert "This is as of today." in text


def test_a_simulated_source_is_labelled(lead: StaffUser, as_user: Any, site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.simulated(tmp_path), by=None, at=AT)
    text = words(as_user(lead).get(URL, {"source": "juniper-registry-simulated"}))
    assert "Registry: Made up (simulated)" in text
    assert "Simulated: nobody here is real." in text


def test_the_fragment_is_the_pages_own_form(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    part = client.get(URL, asked(home), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<form")
    assert "<html" not in part
    assert part.strip() in client.get(URL, asked(home)).content.decode()


def test_the_page_takes_a_fixed_number_of_queries(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    client.get(URL, asked(home))
    with CaptureQueriesContext(connection) as queries:
        client.get(URL, asked(home))
    assert len(queries) <= 16  # overdue co-signatures, events without a review, and what is kept aside among them


def test_nothing_is_styled_or_scripted_inline(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, asked(home)).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_ord_35_the_clinic_leads_home_shows_what_of_the_next_day_is_not_signed(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    draft = orders.draft(orders.sequence(site))
    sunday = site.instant(orders.MONDAY - timedelta(days=1), 960)
    escalate_unsigned(site=site, at=sunday)
    with time_machine.travel(sunday, tick=False):
        text = words(as_user(lead).get(URL))
        assert "1 visit of today or the next clinic day without a signed order." in text
        assert f"{draft.sequence.patient.list_name} , Mon 14 Sep 2026, 09:00 EDT: the order is drafted" in text
        orders.sign(draft, at=sunday)
        assert "without a signed order" not in words(as_user(lead).get(URL))
        assert "without a signed order" not in words(as_user(people.staff("psychologist", site=site)).get(URL))


def test_ord_34_overdue_co_signatures_stand_on_the_leads_page_and_only_then(
    site: Site, lead: StaffUser, physician: StaffUser, as_user: Any
) -> None:
    order = orders.signed(site)
    said = verbal.said(order, prescriber=physician)
    in_time = said.said_at + timedelta(hours=24)
    with time_machine.travel(in_time, tick=False):
        assert "co-signature" not in words(as_user(lead).get(URL))
    with time_machine.travel(in_time + timedelta(minutes=1), tick=False):
        html = as_user(lead).get(URL).content.decode()
        assert "1 co-signature of verbal orders overdue." in html
        assert f'href="{reverse("infusions:order", args=[order.pk])}"' in html
        assert order.sequence.patient.list_name in html
        assert "co-signature" not in words(as_user(people.staff("psychologist", site=site)).get(URL))
        verbal.cosigned(said, at=in_time + timedelta(minutes=1))
        assert "co-signature" not in words(as_user(lead).get(URL))


def test_another_clinics_overdue_co_signature_is_not_shown(
    other_site: Site, lead: StaffUser, as_user: Any
) -> None:
    said = verbal.said(orders.signed(other_site))
    with time_machine.travel(said.said_at + timedelta(days=2), tick=False):
        assert "co-signature" not in words(as_user(lead).get(URL))
