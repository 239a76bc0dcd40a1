"""``manage.py outcome_report``: write the PDF report of the outcomes to a file."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from outcomes.management.commands.outcome_tables import source_named
from outcomes.queries.study import Asked, study
from outcomes.views.report import report_pdf


class Command(BaseCommand):
    help = "Write the outcomes report as of a day as a PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="default: today")
        parser.add_argument("--site", default="", metavar="SLUG", help="a clinic or one of its registries")

    def handle(self, *args: Any, **options: Any) -> None:
        source, at = source_named(options["site"]), timezone.now()
        found = study(Asked(source, options["as_of"] or source.site.today(at)))
        options["out"].write_bytes(report_pdf(found, words="", by="", at=at))
        self.stdout.write(f"Wrote {options['out']}.")
