"""The three commands: what they print is what the page shows, and the cohorts print the paper."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kitclinic.models import Site
from outcomes.management.commands.outcome_tables import TABLES
from outcomes.models import Score
from outcomes.rules.cohort import AS_OF, generate
from outcomes.rules.published import published_cells
from outcomes.rules.statistics import Sums, half_up
from tests.factories import registry
from tests.outcomes.rules.shared_cohort import SHELF, needs_shelf, paper_rows

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, *(str(argument) for argument in arguments), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def table(number: int, slug: str, as_of: date = AS_OF) -> dict[tuple[str, str], dict[str, str]]:
    text = run("outcome_tables", "--table", number, "--as-of", as_of, "--format", "csv", "--site", slug)
    return {(row["outcome"], row["window"]): row for row in csv.DictReader(io.StringIO(text))}


def imported(folder: Path) -> str:
    return run("import_cohort", folder, verbosity=0)


@needs_shelf
def test_the_practice_cohort_prints_all_33_cells_of_both_tables_as_published(site: Site) -> None:
    imported(SHELF / "cohort")
    second, third = table(2, "juniper-registry"), table(3, "juniper-registry")
    rows = paper_rows()
    assert len(rows) == len(second) == len(third) == 33
    for row in rows:
        key = row["outcome"], row["window"]
        printed = second[key]
        assert (printed["improved"], printed["n"], printed["percent"]) == (
            row["n_mcid"],
            row["n_table2"],
            row["pct_mcid"],
        ), key
        places = len(row["mean_change"].partition(".")[2])
        assert third[key]["n"] == row["n_table2"], key
        assert len(third[key]["mean"].partition(".")[2]) == places, key
        assert (third[key]["mean"], third[key]["sd"]) == (row["mean_change"], row["sd_change"]), key


def test_the_products_own_cohort_prints_its_known_truth(site: Site, tmp_path: Path) -> None:
    assert "1,034 simulated patients" in run("make_cohort", tmp_path / "cohort", "--seed", 7)
    said = imported(tmp_path / "cohort")
    assert "into Juniper Street Infusion, simulated registry (“Practice cohort, seed 7”)" in said
    slug = "juniper-registry-simulated"
    second, third = table(2, slug), table(3, slug)
    for key, truth in generate(7).truth.items():
        assert (int(second[key]["improved"]), int(second[key]["n"])) == (truth.improved, truth.n), key
        sums = Sums(truth.n, truth.total, truth.squares)
        places = -int(published_cells()[key].mean.as_tuple().exponent)
        assert third[key]["mean"] == str(half_up(sums.mean, places)), key
        assert third[key]["sd"] == str(half_up(sums.sd, 1)), key


def test_make_cohort_writes_the_same_files_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("make_cohort", tmp_path / name, "--seed", 3)
    for name in ("patients.csv", "infusions.csv", "pro.csv", "about.toml"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert "simulated = true" in (tmp_path / "one" / "about.toml").read_text()
    before = (tmp_path / "one" / "pro.csv").read_bytes()
    run("make_cohort", tmp_path / "one", "--seed", 4)
    assert (tmp_path / "one" / "pro.csv").read_bytes() != before


def test_make_cohort_never_writes_over_files_that_are_not_simulated(tmp_path: Path) -> None:
    folder = registry.export(tmp_path)
    with pytest.raises(CommandError, match="Name an empty folder"):
        run("make_cohort", folder)
    assert (folder / "pro.csv").read_text() == registry.scores()


def test_a_refused_export_fails_with_its_lines_and_writes_nothing(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path, pro=registry.scores("A,PHQ-8,2023-01-01,,3", "A,PHQ-9,2023-01-01,,99"))
    with pytest.raises(CommandError) as caught:
        imported(folder)
    first, *lines = str(caught.value).splitlines()
    assert first == "Nothing was imported."
    assert [line.split(":")[0] for line in lines] == ["pro.csv, line 9", "pro.csv, line 10"]
    assert caught.value.returncode == 1
    assert not Score.objects.exists()


def test_a_repeated_import_says_that_nothing_was_added(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path)
    assert "Imported 4 patients, 20 infusions and 7 scores" in imported(folder)
    assert "Nothing was added" in imported(folder)


def test_the_import_shows_its_progress(site: Site, tmp_path: Path) -> None:
    err = io.StringIO()
    call_command("import_cohort", str(registry.export(tmp_path)), stdout=io.StringIO(), stderr=err)
    assert "31/31" in err.getvalue()


def test_json_and_markdown_hold_the_same_cells(site: Site, tmp_path: Path) -> None:
    imported(registry.export(tmp_path))
    arguments = ("--table", 2, "--as-of", registry.AS_OF, "--site", "juniper-registry")
    read = json.loads(run("outcome_tables", *arguments, "--format", "json"))
    assert (read[0]["outcome"], read[0]["improved"], read[0]["n"]) == ("PHQ-9", "1", "3")
    lines = run("outcome_tables", *arguments, "--format", "md").splitlines()
    assert lines[0].startswith("| outcome | window | improved | n | percent |")
    assert lines[2].startswith("| PHQ-9 | last | 1 | 3 | 33.3 |")
    assert len(lines) == 35


def test_the_commands_ask_which_clinic_when_there_are_several(
    site: Site, other_site: Site, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"Name the clinic with --site\. Known: elsewhere, juniper"):
        imported(registry.export(tmp_path))
    with pytest.raises(CommandError, match="There is no clinic “nowhere”"):
        run("import_cohort", tmp_path, "--site", "nowhere")
    with pytest.raises(CommandError, match="There is no clinic or registry “nowhere”"):
        run("outcome_tables", "--table", 2, "--site", "nowhere")


def test_outcome_tables_asks_which_source_and_names_them(site: Site, tmp_path: Path) -> None:
    assert "PHQ-9,last,0,0" in run("outcome_tables", "--table", 2)
    imported(registry.export(tmp_path))
    with pytest.raises(CommandError) as caught:
        run("outcome_tables", "--table", 2)
    assert "--site juniper " in str(caught.value)
    assert "--site juniper-registry " in str(caught.value)


def test_every_table_is_printed_in_either_mode_with_its_cut(site: Site, tmp_path: Path) -> None:
    imported(registry.export(tmp_path))
    for name in TABLES:
        for mode in ("paper", "course"):
            err = io.StringIO()
            arguments = ("--table", name, "--mode", mode, "--mcid", "evidence", "--as-of", str(registry.AS_OF))
            out = io.StringIO()
            call_command("outcome_tables", *arguments, "--site", "juniper-registry", stdout=out, stderr=err)
            rows = list(csv.reader(io.StringIO(out.getvalue())))
            assert len({len(row) for row in rows}) == 1, name
            assert len(rows) > 1, name
            assert "smallest change (MCID) evidence" in err.getvalue()
            assert re.search(r", [0-9a-f]{64}\.\n$", err.getvalue())


def test_an_unknown_protocol_is_refused_with_those_that_were_used(site: Site) -> None:
    with pytest.raises(CommandError, match=r"“weekly” was not used here\. Protocols: standard"):
        run("outcome_tables", "--table", "2", "--protocol", "weekly")
