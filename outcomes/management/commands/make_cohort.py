"""``manage.py make_cohort DIR``: write a simulated registry export with known truth."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outcomes.rules.cohort import generate, write
from outcomes.rules.registry import FILES
from outcomes.rules.registry_label import read_about, write_about


class Command(BaseCommand):
    help = "Write a simulated registry export of the published study's size. Nobody in it is real."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a folder; it is made when it is not there")
        parser.add_argument("--seed", type=int, default=2025, help="the same seed gives the same files")

    def handle(self, *args: Any, **options: Any) -> None:
        directory, seed = options["directory"], options["seed"]
        directory.mkdir(parents=True, exist_ok=True)
        there = [name for name in FILES if (directory / name).exists()]
        if there and not read_about(directory).simulated:
            raise CommandError(
                f"{directory} holds {', '.join(there)} that are not labelled simulated. Name an empty folder."
            )
        cohort = generate(seed)
        write(cohort, directory)
        write_about(directory, label=f"Practice cohort, seed {seed}", seed=seed)
        self.stdout.write(
            f"Wrote {len(cohort.patients):,} simulated patients, {len(cohort.infusions):,} infusions and "
            f"{len(cohort.scores):,} scores to {directory}."
        )
