"""``manage.py outcome_tables``: print Table 2 or 3 as the outcomes page shows it."""

import csv
import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.management.clinics import clinic_named
from kitclinic.models import Site
from outcomes.queries.cohorts import Source, sources
from outcomes.queries.dashboard import dashboard
from outcomes.queries.study import Asked, study
from outcomes.queries.table_rows import Table, table_2_rows, table_3_rows


class Command(BaseCommand):
    help = "Print Table 2 (improved) or Table 3 (mean change) as of a day, as the outcomes page shows it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--table", choices=("2", "3"), required=True)
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="default: today")
        parser.add_argument("--format", choices=("csv", "json", "md"), default="csv")
        parser.add_argument("--site", default="", metavar="SLUG", help="a clinic or one of its registries")

    def handle(self, *args: Any, **options: Any) -> None:
        source = _source(options["site"])
        as_of = options["as_of"] or source.site.today(timezone.now())
        shown = dashboard(study(Asked(source, as_of)))
        table = (table_2_rows if options["table"] == "2" else table_3_rows)(shown)
        self.stderr.write(f"{source.site.name}: {shown.title}. {shown.definitions.sentence}")
        {"csv": self.csv, "json": self.json, "md": self.md}[options["format"]](table)

    def csv(self, table: Table) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(table[0])
        writer.writerows(table[1])

    def json(self, table: Table) -> None:
        rows = [dict(zip(table[0], row, strict=True)) for row in table[1]]
        self.stdout.write(json.dumps(rows, indent=1))

    def md(self, table: Table) -> None:
        heading, rows = table
        for row in (heading, ("---",) * len(heading), *rows):
            self.stdout.write(f"| {' | '.join(row)} |")


def _source(slug: str) -> Source:
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
