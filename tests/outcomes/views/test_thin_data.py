"""Whatever the rows are, every page, file and command of the outcomes answers in words."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.management.commands.outcome_tables import TABLES
from outcomes.models import Score
from scheduling.models import Patient
from tests.factories import registry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AS_OF = date(2024, 6, 30)
ACTS = {"models_fit", "saved_view_new"}  # of a POST, or of another page
P = registry.PATIENTS


def only(*rows: str) -> str:
    return "\n".join([registry.SCORES, *rows]) + "\n"


def given(*days: int) -> str:
    rows = [f"A,2023-01-{day:02},08:30,1,{number},completed" for number, day in enumerate(days, 1)]
    return "\n".join([registry.INFUSIONS, *rows]) + "\n"


ONE = {"patients": f"{P}\nA,41,female,White,Married,28.7,0,neuropathic\n", "infusions": given(2, 3, 4, 5, 6)}
EQUAL = [
    f"{name},PHQ-9,{day},07:30,10" for name in registry.PHQ for day in ("2022-12-26", "2023-01-09", "2023-04-06")
]
THIN: dict[str, dict[str, str]] = {
    "one patient": ONE | {"pro": only("A,PHQ-9,2022-12-26,07:30,15", "A,PHQ-9,2023-01-09,19:00,10")},
    "one patient, one score": ONE | {"pro": only("A,PHQ-9,2022-12-26,07:30,15")},
    "no scores": ONE | {"pro": only()},
    "all scores equal": {"pro": only(*EQUAL)},
    "baseline after follow-up": ONE | {"pro": only("A,PHQ-9,2023-01-09,19:00,10", "A,PHQ-9,2023-04-20,19:00,12")},
    "one infusion": ONE | {"infusions": given(2), "pro": only("A,PHQ-9,2022-12-26,07:30,15")},
}


def pages() -> list[str]:
    """Every address of the outcomes pages that needs nothing in its path."""
    found = []
    for pattern in get_resolver("outcomes.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if route.startswith("outcomes/") and "<" not in route and pattern.name not in ACTS:
            found.append(f"/{route}")
    return found


@pytest.fixture
def stored(site: Site, tmp_path: Path) -> Callable[[dict[str, str]], Site]:
    def store(texts: dict[str, str]) -> Site:
        folder = registry.export(tmp_path, **texts)
        return import_registry(site=site, directory=folder, by=None, at=AT).record.site

    return store


def test_the_walk_finds_the_pages() -> None:
    assert {"/outcomes/", "/outcomes/export.csv"} <= set(pages())


def walk(client: Any, query: dict[str, str]) -> None:
    for address in pages():
        response = client.get(address, query)
        assert response.status_code in (200, 302), (address, query, response.status_code)


@pytest.mark.parametrize("what", THIN)
def test_thin_data_are_answered_in_words(
    what: str, stored: Callable[[dict[str, str]], Site], lead: StaffUser, as_user: Any
) -> None:
    home = stored(THIN[what])
    client = as_user(lead)
    for reference in ("last", "course"):
        walk(client, {"source": home.slug, "as_of": str(AS_OF), "reference": reference})
    for table in TABLES:
        call_command(
            "outcome_tables", table=table, site=home.slug, as_of=AS_OF, stdout=io.StringIO(), stderr=io.StringIO()
        )


@pytest.mark.parametrize("as_of", ["1995-01-01", "2023-01-01", "nonsense", "2999-01-01"])
def test_any_as_of_date_is_answered(
    as_of: str, stored: Callable[[dict[str, str]], Site], lead: StaffUser, as_user: Any
) -> None:
    walk(as_user(lead), {"source": stored({}).slug, "as_of": as_of})


def test_people_without_an_age_and_two_scores_at_one_minute(
    stored: Callable[[dict[str, str]], Site], lead: StaffUser, as_user: Any
) -> None:
    home = stored({})
    Patient.objects.filter(site=home).update(age_at_first_infusion=None, birth_date=None)
    for score in Score.objects.filter(site=home):
        told = {"site": home, "patient": score.patient, "measure": score.measure, "date": score.date}
        Score.objects.create(**told, minute=score.minute, value=score.value + 1, source="paper", recorded_at=AT)
    walk(as_user(lead), {"source": home.slug, "as_of": str(AS_OF)})
    walk(as_user(lead), {"source": home.slug, "as_of": str(AS_OF), "age": "40-49"})


def test_a_clinic_without_anything(
    site: Site, stored: Callable[[dict[str, str]], Site], lead: StaffUser, as_user: Any
) -> None:
    client = as_user(lead)
    walk(client, {})
    walk(client, {"since": "x", "until": "2023-02-30", "age": "7", "sex": "<b>", "category": "?", "which": "all"})
    walk(client, {"since": "2030-01-01"})
    for table in TABLES:
        call_command(
            "outcome_tables", table=table, site=site.slug, as_of=AS_OF, stdout=io.StringIO(), stderr=io.StringIO()
        )
