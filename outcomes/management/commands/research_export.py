"""``manage.py research_export``: make a research export of any size, checked and recorded like one of the page."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.management.clinics import add_site_argument, clinic_named
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from outcomes.actions import Grounds, make_research_export
from outcomes.queries.cohorts import Source, sources
from outcomes.queries.study import Asked

ONLY_OWN = 0o600  # whoever runs the command reads the file, nobody else


class Command(BaseCommand):
    help = "Make a de-identified research export of any size; it is put on record like one of the page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_site_argument(parser)
        parser.add_argument("file", type=Path, metavar="EXPORT.zip", help="where it is written; must not exist")
        parser.add_argument("--source", default="", metavar="SLUG", help="default: the clinic's own rows")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="default: today")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who may make research exports")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--approval", required=True, help="number of the ethics or privacy approval")
        parser.add_argument("--confirmed", action="store_true", help="the approval covers this export")

    def handle(self, *args: Any, **options: Any) -> None:
        clinic, at, path = clinic_named(options["site"]), timezone.now(), options["file"]
        by = StaffUser.objects.at(clinic).filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"Nobody at {clinic.name} signs in as “{options['by']}”.")
        if path.exists():
            raise CommandError(f"{path} is there already. Name a new file.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        if options["as_of"] and options["as_of"] > clinic.today(at):
            raise CommandError("The as-of date is in the future.")
        asked = Asked(_source(clinic, options["source"]), options["as_of"] or clinic.today(at))
        grounds = Grounds(options["reason"], options["approval"], options["confirmed"])
        try:
            made = make_research_export(asked=asked, grounds=grounds, most_rows=None, by=by, at=at)
        except Refused as refused:
            lines = [f"{problem.sentence} [{problem.rule}]" for problem in refused.problems]
            raise CommandError("\n".join(["No export was made.", *lines])) from refused
        path.touch(mode=ONLY_OWN, exist_ok=False)
        path.write_bytes(made.data)
        record = made.record
        self.stdout.write(
            f"{record.patients:,} patients, {record.infusions:,} infusions, {record.scores:,} scores as of "
            f"{record.as_of}: {path}, SHA-256 {record.sha256}."
        )


def _source(clinic: Site, slug: str) -> Source:
    offered = sources(clinic)
    found = next((one for one in offered if one.slug == (slug or clinic.slug)), None)
    if found is None:
        raise CommandError(f"There is no source “{slug}”. Known: {', '.join(one.slug for one in offered)}.")
    return found
