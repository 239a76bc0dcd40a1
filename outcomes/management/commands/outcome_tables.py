"""``manage.py outcome_tables``: print a table of the outcomes as its page shows it."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.management.clinics import clinic_named
from kitclinic.models import Site
from kitclinic.spreadsheets import guarded
from outcomes.queries.cohorts import Source, protocols_used, sources
from outcomes.queries.completed import completion_facts
from outcomes.queries.dashboard import dashboard
from outcomes.queries.model_page import model_table
from outcomes.queries.sample_rows import completion_rows, table_1_rows
from outcomes.queries.study import Asked, Study, cut, study
from outcomes.queries.table_1 import table_one
from outcomes.queries.table_rows import Table, table_2_rows, table_3_rows
from outcomes.queries.who_answered_rows import selection_rows
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import MCID_SETS
from outcomes.rules.windows import MODES
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice
from scheduling.rules.protocols import STANDARD

TABLES: Mapping[str, Callable[[Study], Table]] = {
    "1": lambda found: table_1_rows(table_one(found)),
    "2": lambda found: table_2_rows(dashboard(found)),
    "3": lambda found: table_3_rows(dashboard(found)),
    "completion": lambda found: completion_rows(completion_facts(found)),
    "selection": selection_rows,
    "model": model_table,
}


class Command(BaseCommand):
    help = "Print one table of the outcomes as of a day, as its page shows it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--table", choices=tuple(TABLES), required=True)
        parser.add_argument(
            "--mode", choices=MODES, default="paper", help="paper: a row a patient; course: a course"
        )
        parser.add_argument("--mcid", choices=MCID_SETS, default="paper", help="which smallest changes count")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="default: today")
        parser.add_argument("--format", choices=("csv", "json", "md"), default="csv")
        parser.add_argument("--site", default="", metavar="SLUG", help="a clinic or one of its registries")
        parser.add_argument(
            "--protocol", default=STANDARD, metavar="SLUG", help="default: the published programme's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, at = source_named(options["site"]), timezone.now()
        as_of = options["as_of"] or source.site.today(at)
        reference = "course" if options["mode"] == "course" else "last"
        definitions = Definitions(reference=reference, mcid=options["mcid"])
        asked = Asked(source, as_of, definitions, protocol=_protocol(source, options["protocol"]))
        found = study(asked)
        table = TABLES[options["table"]](found)
        taken = cut(found, source.site.local(at))
        told = f"{source.site.name} as of {as_of}. {definitions.sentence} Data cut {taken.at:%Y-%m-%d %H:%M %Z}"
        self.stderr.write(f"{told}, {taken.digest}.")
        {"csv": self.csv, "json": self.json, "md": self.md}[options["format"]](table)

    def csv(self, table: Table) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerows([guarded(str(cell)) for cell in row] for row in (table[0], *table[1]))

    def json(self, table: Table) -> None:
        rows = [dict(zip(table[0], row, strict=True)) for row in table[1]]
        self.stdout.write(json.dumps(rows, indent=1))

    def md(self, table: Table) -> None:
        heading, rows = table
        for row in (heading, ("---",) * len(heading), *rows):
            self.stdout.write(f"| {' | '.join(row)} |")


def source_named(slug: str) -> Source:
    """The source with this slug; without one, the clinic itself when it has no registry."""
    if slug:
        site = Site.objects.select_related("registry_of").filter(slug=slug).first()
        if site is None:
            raise CommandError(f"There is no clinic or registry “{slug}”.")
        return next(found for found in sources(site.registry_of or site) if found.slug == slug)
    offered = sources(clinic_named(""))
    if len(offered) > 1:
        names = "\n".join(f"  --site {found.slug}   {found.site.name} {found.label}".rstrip() for found in offered)
        raise CommandError(f"There are several sources of outcomes; name one:\n{names}")
    return offered[0]


def _protocol(source: Source, slug: str) -> Choice:
    if slug == STANDARD:
        return PUBLISHED_CHOICE
    used = protocols_used(source)
    found = next((choice for choice in used if choice.slug == slug), None)
    if found is None:
        names = ", ".join(choice.slug for choice in used) or STANDARD
        raise CommandError(f"“{slug}” was not used here. Protocols: {names}.")
    return found
