"""The open questions: every one is answered in words, called observational, and the same in its file."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.models import Score
from outcomes.views.open_questions import QUESTIONS
from scheduling.models import Patient
from tests.factories import people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/open-questions/"
FILE = reverse("outcomes:open_questions_file", args=["csv"])
EVERY = [question.slug for question in QUESTIONS]
MANY = 60


def words(response: Any) -> str:
    """The page as read: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def made(site: Site, folder: Path) -> Site:
    """Sixty patients: every second with four days, every third returning, every fourth with CRPS; PHQ-9 alone."""
    patients, infusions, scores = [], [], []
    for number in range(MANY):
        name, days = f"P{number:03d}", 4 if number % 2 else 5
        kind = "chronic primary: CRPS" if number % 4 == 0 else "neuropathic"
        sex = "male" if number % 5 else "female"
        patients.append(f"{name},{30 + number % 40},{sex},White,Married,28.7,{number % 4},{kind}")
        for day in range(days):
            infusions.append(f"{name},{registry.FIRST + timedelta(days=day)},08:30,1,{day + 1},completed")
        if number % 3 == 0:
            again = registry.FIRST + timedelta(days=70)
            infusions += [f"{name},{again + timedelta(days=day)},08:30,2,{day + 1},completed" for day in range(5)]
            scores.append(f"{name},PHQ-9,{again + timedelta(days=12)},19:00,{12 + number % 3}")
        last = registry.FIRST + timedelta(days=days - 1)
        scores.append(f"{name},PHQ-9,{registry.FIRST - timedelta(days=7)},07:30,{15 + number % 3}")
        scores.append(f"{name},PHQ-9,{last + timedelta(days=3)},19:00,{9 + number % 7}")
    texts = {
        "patients": "\n".join([registry.PATIENTS, *patients]) + "\n",
        "infusions": "\n".join([registry.INFUSIONS, *infusions]) + "\n",
        "pro": "\n".join([registry.SCORES, *scores]) + "\n",
    }
    return import_registry(site=site, directory=registry.export(folder, **texts), by=None, at=AT).record.site


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return made(site, tmp_path)


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


@pytest.mark.parametrize(("role", "status"), [("clinic_lead", 200), ("physician", 200), ("nurse", 403)])
def test_only_roles_that_may_see_outcomes_reach_it(site: Site, as_user: Any, role: str, status: int) -> None:
    client = as_user(people.staff(role, site=site))
    assert reverse("outcomes:open_questions") == URL
    assert client.get(URL).status_code == status
    assert client.get(FILE).status_code == status


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("window", ["last", "6m"])
def test_out_63_every_question_is_answered_and_called_observational(
    lead: StaffUser, as_user: Any, home: Site, slug: str, window: str
) -> None:
    response = as_user(lead).get(URL, asked(home, question=slug, window=window))
    text = words(response)
    question = next(one for one in QUESTIONS if one.slug == slug)
    assert response.status_code == 200
    assert question.asks in text
    assert "Observational: groups were not assigned." in text
    assert all(rule.sentence[:40] in text for rule in question.rules if "'" not in rule.sentence[:40])
    assert "Definition set Paper 2025" in text


@pytest.mark.parametrize("slug", EVERY)
def test_a_clinic_without_anything_is_answered_in_words(lead: StaffUser, as_user: Any, slug: str) -> None:
    for choice in ({}, {"reference": "course"}):
        response = as_user(lead).get(URL, {"question": slug, **choice})
        assert response.status_code == 200
        assert as_user(lead).get(FILE, {"question": slug, **choice}).status_code == 200


@pytest.mark.parametrize("slug", EVERY)
def test_one_patient_and_an_early_day_are_answered_in_words(
    lead: StaffUser, as_user: Any, home: Site, slug: str
) -> None:
    client = as_user(lead)
    Patient.objects.filter(site=home, record_number="P001").update(
        diagnosis="Only mine", sex="", charlson_index=None
    )
    assert client.get(URL, asked(home, question=slug, category="Only mine")).status_code == 200
    assert client.get(URL, asked(home, question=slug, as_of="1999-01-01")).status_code == 200
    assert client.get(URL, asked(home, question=slug, window="never", measure="nothing")).status_code == 200


def test_out_64_four_against_five_days_beside_each_other(lead: StaffUser, as_user: Any, home: Site) -> None:
    text = words(as_user(lead).get(URL, asked(home, question="days", which="first")))
    four = [n for n in range(MANY) if n % 2 and n % 3]
    better = [n for n in four if 15 + n % 3 - 9 - n % 7 >= 5]
    assert f"{len(better)}/{len(four)}, " in text
    assert "none yet" in text, "the other ten measures were never asked"
    assert "stopped after four days because they felt well" in text


def test_out_66_returning_patients_by_course_and_by_first_course(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    text = words(as_user(lead).get(URL, asked(home, question="returning")))
    assert "First courses against later ones" in text
    assert "Patients who came back against those who did not" in text
    assert "intervals are made from each patient&#x27;s total" in text or "each patient's total" in text


def test_out_65_categories_each_by_themselves_with_few_printed_lighter(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    response = as_user(lead).get(URL, asked(home, question="category"))
    text = words(response)
    assert "PHQ-9" in text or "Depression" in text
    assert re.search(r"[^<]{0,60}CRPS\)? 15 \d+/15, ", text)
    assert '<tr class="few"><th scope="row">' in response.content.decode()
    assert "alone would give about one in twenty" in text


def test_stat_50_predictors_are_fitted_and_the_baseline_is_warned_of(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    text = words(as_user(lead).get(URL, asked(home, question="predictors")))
    assert "regression to the mean" in text
    assert re.search(r"Age, 10 years older \d+ \d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\) ", text)
    assert "fewer than 10: the odds ratios of the model are not reliable" in text
    assert "one level only has 10 rows or more" in text, "everybody is white"


def test_out_68_one_protocol_alone_has_nothing_to_compare(lead: StaffUser, as_user: Any, home: Site) -> None:
    text = words(as_user(lead).get(URL, asked(home, question="protocols")))
    assert "Only one protocol has been used here so far" in text


def impressions(home: Site, *, every: bool) -> None:
    for number, patient in enumerate(Patient.objects.filter(site=home).order_by("record_number")):
        if every or number < 3:
            day = registry.FIRST + timedelta(days=8)
            value = 1 + (number % 7) // 2 + number % 2
            Score.objects.create(
                site=home,
                patient=patient,
                measure="PGIC",
                value=value,
                date=day,
                source="registry",
                recorded_at=AT,
            )


def test_out_72_the_own_minimal_change_counts_up_until_there_are_enough(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    assert "Nobody has both a change and an impression" in words(
        client.get(URL, asked(home, question="impression"))
    )
    impressions(home, every=False)
    text = words(client.get(URL, asked(home, question="impression")))
    assert "at most 2 have both a change and an impression" in text, "P000 came back, so the window is later"
    assert "2 of more than 200 patients so far." in text


def test_out_71_an_impression_counts_for_its_own_window(lead: StaffUser, as_user: Any, home: Site) -> None:
    impressions(home, every=True)
    client = as_user(lead)
    now = words(client.get(URL, asked(home, question="impression")))
    later = words(client.get(URL, asked(home, question="impression", window="3m")))
    assert "at most 40 have both" in now
    assert "Nobody has both" in later


def test_the_file_holds_what_the_page_shows(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    page = words(client.get(URL, asked(home, question="days")))
    rows = client.get(FILE, asked(home, question="days")).content.decode().splitlines()
    line = next(row for row in rows if row.startswith("with four days,with five or more,PHQ-9,")).split(",")
    assert f"{line[3]}/{line[4]}, {line[5]}% {line[6]} to {line[7]}" in page
    assert any(row.startswith("data cut") for row in rows)
    assert client.get(reverse("outcomes:open_questions_file", args=["parquet"]), asked(home)).status_code == 200
    assert client.get(reverse("outcomes:open_questions_file", args=["doc"]), asked(home)).status_code == 404


def test_another_sites_source_is_not_found(
    lead: StaffUser, as_user: Any, other_site: Site, tmp_path: Path
) -> None:
    theirs = made(other_site, tmp_path)
    for address in (URL, FILE):
        assert as_user(lead).get(address, {"source": theirs.slug}).status_code == 404
