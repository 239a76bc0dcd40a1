"""``manage.py import_cohort DIR``: import a registry export, all or nothing, as often as you like."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from kitclinic.management.clinics import add_site_argument, clinic_named
from kitclinic.problems import Refused
from outcomes.actions.registry import Imported, import_registry


class Command(BaseCommand):
    help = "Import patients.csv, infusions.csv and pro.csv of a registry export: everything, or nothing and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="the folder that holds the three files")
        parser.add_argument("--label", default="", help="how the outcomes page calls this export")
        add_site_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = clinic_named(options["site"])
        with tqdm(unit=" rows", desc="Importing", file=self.stderr, disable=options["verbosity"] == 0) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                imported = import_registry(
                    site=clinic,
                    directory=options["directory"],
                    label=options["label"],
                    by=None,
                    at=timezone.now(),
                    progress=progress,
                )
            except Refused as refused:
                lines = "\n".join(f"{problem.sentence} ({problem.rule})" for problem in refused.problems)
                raise CommandError(f"Nothing was imported.\n{lines}") from refused
        self.report(imported)

    def report(self, imported: Imported) -> None:
        record = imported.record
        for note in imported.notes:
            self.stdout.write(note)
        if imported.is_repeat:
            self.stdout.write(
                f"Nothing was added: all of this is in {record.site.name} already (“{record.label}”)."
            )
            return
        self.stdout.write(
            f"Imported {record.patients:,} patients, {record.infusions:,} infusions and {record.scores:,} scores "
            f"into {record.site.name} (“{record.label}”)."
        )
