"""The commands that make a research export of any size and print the tables of one."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.models import ResearchExport
from tests.factories import registry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
REASON = ("--reason", "How long the effect of a course lasts.", "--approval", "IRB 7", "--confirmed")


def run(command: str, *arguments: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *(str(argument) for argument in arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(site: Site, lead: StaffUser, tmp_path: Path) -> Path:
    import_registry(site=site, directory=registry.export(tmp_path / "registry"), by=None, at=AT)
    path = tmp_path / "export.zip"
    run(
        "research_export",
        path,
        "--source",
        "juniper-registry",
        "--as-of",
        registry.AS_OF,
        "--by",
        lead.username,
        *REASON,
    )
    return path


@pytest.mark.parametrize("table", [2, 3])
@pytest.mark.parametrize("mode", ["paper", "course"])
def test_out_52_a_file_prints_what_its_source_prints(file: Path, table: int, mode: str) -> None:
    asked = ("--as-of", registry.AS_OF, "--site", "juniper-registry", "--mode", mode)
    ours, _ = run("outcome_tables", "--table", table, *asked)
    for copy in ("parquet", "csv"):
        theirs, told = run("research_tables", file, "--table", table, "--mode", mode, "--read", copy)
        assert theirs.splitlines()[0] == ours.splitlines()[0]
        for one, other in zip(csv.DictReader(io.StringIO(ours)), csv.DictReader(io.StringIO(theirs)), strict=True):
            assert other.pop("window_closed", None) in ("", one.pop("window_closed", None))
            assert one == other
    assert told.startswith(
        f"Research export, a registry that was imported by one clinic, as of {registry.AS_OF}. "
    )
    assert "Filters: none." in told


def test_table_1_and_other_formats_are_printed_from_the_file(file: Path) -> None:
    text, _ = run("research_tables", file, "--table", 1, "--format", "json")
    first = json.loads(text)[0]
    assert (first["characteristic"], first["patients"], first["statistics"]) == (
        "Age, years, mean±SD",
        "4",
        "41.0±0.0",
    )
    text, told = run("research_tables", file, "--table", 2, "--format", "md", "--mcid", "evidence")
    assert text.splitlines()[2].startswith("| PHQ-9 | last | 1 | 3 | 33.3 |")
    assert "changed: smallest change (MCID) evidence." in told


def test_an_export_by_command_is_on_record_like_any_other(file: Path, lead: StaffUser) -> None:
    record = ResearchExport.objects.get()
    assert (record.by, record.patients, record.size) == (lead, 4, file.stat().st_size)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--by": "nobody"}, "Nobody at Juniper Street Infusion signs in as “nobody”"),
        ({"--source": "elsewhere"}, "There is no source “elsewhere”. Known: juniper"),
        ({"--as-of": "2999-01-01"}, "The as-of date is in the future."),
        ({"--reason": "short"}, "Say in 20 to 500 characters"),
        ({}, "There is nobody to export"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    site: Site, lead: StaffUser, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    asked = {"--by": lead.username, "--reason": "x" * 20, "--approval": "IRB 7"} | changed
    path = tmp_path / "export.zip"
    with pytest.raises(CommandError, match=sentence):
        run("research_export", path, "--confirmed", *(text for pair in asked.items() for text in pair))
    assert not path.exists()
    assert not ResearchExport.objects.exists()


def test_no_file_is_written_over(file: Path, lead: StaffUser) -> None:
    before = file.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        run("research_export", file, "--source", "juniper-registry", "--by", lead.username, *REASON)
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_said_before_anything_is_made(
    site: Site, lead: StaffUser, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        run("research_export", tmp_path / "none" / "export.zip", "--by", lead.username, *REASON)


def test_what_is_no_export_is_said_in_words(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with pytest.raises(CommandError, match=r"cannot be read: No such file"):
        run("research_tables", other, "--table", 2)
    other.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="not a zip"):
        run("research_tables", other, "--table", 2)
