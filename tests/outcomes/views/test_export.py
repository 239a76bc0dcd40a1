"""The exported file holds exactly what the page shows."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from tests.factories import registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_the_export_equals_the_page(lead: StaffUser, as_user: Any, site: Site, tmp_path: Path) -> None:
    home = import_registry(site=site, directory=registry.simulated(tmp_path), by=None, at=AT).record.site
    choice = {"source": home.slug, "as_of": "2023-12-31", "direction": "either"}
    client = as_user(lead)
    response = client.get("/outcomes/export.csv", choice)
    assert response["Content-Disposition"] == (
        'attachment; filename="outcomes-juniper-registry-simulated-2023-12-31.csv"'
    )
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["Outcomes as of 31 December 2023"]
    assert rows[1] == ["source", "Juniper Street Infusion, simulated registry", "Made up", "simulated"]
    assert rows[3][1] == "Definition set Paper 2025, version 1, changed: direction either way."
    assert rows[4][:2] == ["data cut", "2026-03-02 10:00 EST"]
    assert len(rows[4][2]) == 64
    page = client.get("/outcomes/", choice).content.decode()
    shown = re.findall(r"\b(?:ours|num)\">(\d+/\d+)</span>", page)
    start = rows.index(["Figure 1 and Table 2"]) + 2
    assert [f"{row[2]}/{row[3]}" for row in rows[start : start + 33]] == shown
    assert rows[start][:7] == ["PHQ-9", "last", "2", "3", "66.7", "9.4", "99.2"]
    titles = [row[0] for row in rows if len(row) == 1]
    assert titles[1:] == [
        "Figure 1 and Table 2",
        "Table 3",
        "Completion",
        "Response, any questionnaire",
        "If one definition were switched",
    ]
