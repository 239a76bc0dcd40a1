"""OUT-45: Table 1, completion and safety as files hold the cells of their pages."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.views.tables import TABLES
from tests.factories import registry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def query(site: Site, tmp_path: Path) -> dict[str, str]:
    home = import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site
    return {"source": home.slug, "as_of": str(registry.AS_OF)}


@pytest.mark.parametrize("name", TABLES)
def test_out_45_each_page_offers_its_table_as_a_file(
    name: str, query: dict[str, str], lead: StaffUser, as_user: Any
) -> None:
    client = as_user(lead)
    assert f"/outcomes/tables/{name}.csv?" in client.get(f"/outcomes/{name}/", query).content.decode()
    answer = client.get(f"/outcomes/tables/{name}.csv", query)
    assert answer.headers["Content-Disposition"].endswith(f'{name}-juniper-registry-2023-12-31.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert any(len(row) > 5 for row in rows)
    assert client.get(f"/outcomes/tables/{name}.parquet", query).content[:4] == b"PAR1"


def test_completion_as_a_file_counts_whom_the_page_counts(
    query: dict[str, str], lead: StaffUser, as_user: Any
) -> None:
    text = as_user(lead).get("/outcomes/tables/completion.csv", query).content.decode()
    assert "completed infusions,Five or more,4,100.0,890,86.1," in text


def test_another_table_or_kind_is_not_there(query: dict[str, str], lead: StaffUser, as_user: Any) -> None:
    client = as_user(lead)
    assert client.get("/outcomes/tables/table-9.csv", query).status_code == 404
    assert client.get("/outcomes/tables/table-1.xlsx", query).status_code == 404


def test_who_may_not_see_outcomes_gets_no_file(nurse: StaffUser, as_user: Any) -> None:
    assert as_user(nurse).get("/outcomes/tables/table-1.csv").status_code == 403
