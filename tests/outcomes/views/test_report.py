"""The PDF report prints what the page shows, its definitions in words and the whole digest of its data cut."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.queries.cohorts import sources
from outcomes.queries.dashboard import dashboard
from outcomes.queries.study import Asked, study
from outcomes.rules.definitions import Definitions
from outcomes.rules.methods import methods
from tests.factories import registry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def read(pdf: bytes) -> tuple[str, int]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split()), len(pages)


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site


def test_the_report_prints_the_cells_of_the_page_with_its_cut(
    site: Site, home: Site, lead: StaffUser, as_user: Any
) -> None:
    query = {"source": home.slug, "as_of": str(registry.AS_OF), "mcid": "evidence"}
    answer = as_user(lead).get("/outcomes/report.pdf", query)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="outcomes-{home.slug}-{registry.AS_OF}.pdf"'
    text, pages = read(answer.content)
    source = next(one for one in sources(site) if one.slug == home.slug)
    found = study(Asked(source, registry.AS_OF, Definitions(mcid="evidence")))
    assert found.cut in text
    assert found.asked.definitions.digest in text
    assert found.asked.definitions.sentence in text
    for row in dashboard(found).rows:
        for cell in row.cells:
            share = "–" if cell.ours.percent is None else f"{cell.ours.percent}%"
            assert f"{cell.ours.improved}/{cell.ours.n} {share}" in text
            assert f"{cell.published.n_mcid}/{cell.published.n} {cell.published.percent}%" in text
    assert f"Page {pages} of {pages}" in text
    assert lead.name in text
    assert "No mixed model was fitted to exactly these scores" in text


def test_a_report_of_nothing_says_so(lead: StaffUser, as_user: Any) -> None:
    text, _ = read(as_user(lead).get("/outcomes/report.pdf").content)
    assert "Nothing to report yet" in text
    assert "Where the paper disagrees with itself" in text


def test_who_may_not_see_outcomes_gets_no_report(nurse: StaffUser, as_user: Any) -> None:
    assert as_user(nurse).get("/outcomes/report.pdf").status_code == 403


def test_the_command_writes_the_report(home: Site, tmp_path: Path) -> None:
    out, said = tmp_path / "report.pdf", io.StringIO()
    call_command("outcome_report", site=home.slug, as_of=registry.AS_OF, out=out, stdout=said)
    assert out.read_bytes().startswith(b"%PDF")
    assert said.getvalue() == f"Wrote {out}.\n"


def test_out_31_methods_are_made_from_the_definitions_that_counted() -> None:
    paper, other = (
        methods(Definitions()),
        methods(Definitions(reference="course", baseline="30", day0="in", tie="earlier")),
    )
    assert "0 to 100 days before" in paper[1]
    assert "0 to 30 days before the first infusion of the course" in other[1]
    assert other[2] == "The day of the last infusion counts as a follow-up."
    assert other[4].startswith("Of two scores equally close, the earlier one counts.")
    assert "in either direction" in methods(Definitions(direction="either"))[5]
    assert "11 above a baseline of 30" in methods(Definitions(mcid="evidence"))[6]
