"""Tables as files: the same cells in CSV and Parquet, no formula, what they are made of in both."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from kitclinic.models import Site, StaffUser
from kitclinic.parquet import read_parquet, told_by
from outcomes.actions import import_registry
from outcomes.queries.study import Cut
from outcomes.views.selection import selected
from outcomes.views.table_files import table_file
from tests.factories import registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CHOICE = {"as_of": "2023-12-31", "direction": "either", "sex": "female"}
TABLE = ("who", "n"), [("=1+1", "3"), ("\t@sum", "-4"), ("-5 to 2", "")]


def asked_of(lead: StaffUser, **choice: str) -> Any:
    request = RequestFactory().get("/", CHOICE | choice)
    request.user = lead
    return selected(request, AT), request  # type: ignore[arg-type]


def file_of(lead: StaffUser, kind: str, **choice: str) -> Any:
    asked, request = asked_of(lead, **choice)
    return table_file(request, "table-1", asked, TABLE, kind, cut=Cut(AT, "0" * 64))


def test_out_45_a_csv_file_runs_no_formula_and_says_what_it_is_made_of(lead: StaffUser, site: Site) -> None:
    response = file_of(lead, "csv")
    assert response["Content-Disposition"] == 'attachment; filename="table-1-juniper-2023-12-31.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    head = dict(row for row in rows if len(row) == 2)
    assert head["definitions"] == "Definition set Paper 2025, version 1, changed: direction either way."
    assert (head["source"], head["as of"], head["filters"]) == (site.name, "2023-12-31", "female")
    assert (len(head["definitions digest"]), head["data cut digest"]) == (64, "0" * 64)
    assert head["data cut"] == "2026-03-02 10:00 EST"
    assert rows[-3:] == [["'=1+1", "3"], ["'\t@sum", "-4"], ["'-5 to 2", ""]]


def test_out_45_a_parquet_file_has_typed_columns_and_says_the_same(lead: StaffUser, site: Site) -> None:
    response = file_of(lead, "parquet")
    assert response["Content-Type"] == "application/vnd.apache.parquet"
    table = read_parquet(response.content)
    assert [(field.name, str(field.type)) for field in table.schema] == [("who", "string"), ("n", "int64")]
    assert table.to_pydict() == {"who": ["=1+1", "\t@sum", "-5 to 2"], "n": [3, -4, None]}
    told = told_by(table)
    assert (told["title"], told["filters"], told["data cut digest"]) == ("Table 1", "female", "0" * 64)


def test_another_kind_of_file_is_not_found(lead: StaffUser) -> None:
    with pytest.raises(Http404):
        file_of(lead, "xlsx")


def test_the_long_file_has_the_cells_of_the_sheet(
    lead: StaffUser, as_user: Any, site: Site, tmp_path: Path
) -> None:
    home = import_registry(site=site, directory=registry.simulated(tmp_path), by=None, at=AT).record.site
    choice = {"source": home.slug, "as_of": "2023-12-31"}
    client = as_user(lead)
    response = client.get("/outcomes/export.parquet", choice)
    assert response["Cache-Control"] == "no-store"
    table = read_parquet(response.content)
    assert {field.name: str(field.type) for field in table.schema}["value"] == "double"
    long = table.to_pylist()
    improved = next(
        row for row in long if (row["line"], row["window"], row["quantity"]) == ("PHQ-9", "last", "percent")
    )
    assert (improved["text"], improved["value"], improved["published"]) == ("33.3", 33.3, 21.2)
    rows = list(csv.reader(io.StringIO(client.get("/outcomes/export.csv", choice).content.decode())))
    start = rows.index(["Figure 1 and Table 2"]) + 1
    heading = rows[start]
    for row in rows[start + 1 : start + 34]:
        cells = {one["quantity"]: one["text"] for one in long if (one["line"], one["window"]) == (row[0], row[1])}
        assert cells["worsened"] == row[heading.index("worsened")]
    assert told_by(table)["source"].endswith("(simulated: nobody here is real)")


def test_the_files_are_for_who_sees_outcomes(nurse: StaffUser, as_user: Any) -> None:
    assert as_user(nurse).get("/outcomes/export.parquet").status_code == 403


def test_a_file_of_nobody_is_a_file(lead: StaffUser, as_user: Any) -> None:
    response = as_user(lead).get("/outcomes/export.parquet", {"as_of": "2001-01-01"})
    assert response.status_code == 200
    assert read_parquet(response.content).num_rows > 33
