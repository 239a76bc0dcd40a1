"""``manage.py research_tables``: print Table 1, 2 or 3 of a research export, from the file alone."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from outcomes.management.commands.outcome_tables import TABLES
from outcomes.management.commands.outcome_tables import Command as OutcomeTables
from outcomes.queries.research import study_back, with_closed
from outcomes.queries.study import Study
from outcomes.queries.table_1 import table_one
from outcomes.research_file import Export, UnreadableExportError, read_export
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import MCID_SETS
from outcomes.rules.table_export import Table
from outcomes.rules.windows import MODES

TABLE_1 = ("characteristic", "patients", "of", "statistics", "published_patients", "published")


def first_table(found: Study) -> Table:
    """Return Table 1 as plain rows of text."""
    table = table_one(found)
    return TABLE_1, [
        (
            one.label,
            str(one.count),
            str(one.n),
            one.statistics,
            "" if one.published_n is None else str(one.published_n),
            one.published,
        )
        for one in (*table.lines, *table.baselines)
    ]


READABLE: Mapping[str, Callable[[Study], Table]] = {"1": first_table, "2": TABLES["2"], "3": TABLES["3"]}


class Command(OutcomeTables):
    help = "Print Table 1, 2 or 3 of a research export, from the file alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="EXPORT.zip")
        parser.add_argument("--table", choices=tuple(READABLE), required=True)
        parser.add_argument("--format", choices=("csv", "json", "md"), default="csv")
        parser.add_argument(
            "--read", choices=("parquet", "csv"), default="parquet", help="which of the two copies"
        )
        parser.add_argument("--mode", choices=MODES, help="default: as the export was made")
        parser.add_argument("--mcid", choices=MCID_SETS, help="default: as the export was made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            export = read_export(options["file"].read_bytes(), kind=options["read"])
            definitions = _definitions(export, options["mode"], options["mcid"])
            found = study_back(export, definitions)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except UnreadableExportError as error:
            raise CommandError(str(error)) from error
        about = export.about
        table = READABLE[options["table"]](found)
        if options["table"] == "2":
            table = with_closed(table, about, definitions)
        told = f"Research export, {about.told['source']}, as of {about.as_of}. {definitions.sentence}"
        self.stderr.write(f"{told} Data cut {about.cut}. Filters: {about.words or 'none'}.")
        {"csv": self.csv, "json": self.json, "md": self.md}[options["format"]](table)


def _definitions(export: Export, mode: str | None, mcid: str | None) -> Definitions:
    found = export.about.definitions
    if mode:
        found = replace(found, reference="course" if mode == "course" else "last")
    return replace(found, mcid=mcid) if mcid else found
