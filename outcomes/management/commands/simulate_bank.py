"""``manage.py simulate_bank BANK.csv``: what a bank does, before anything of it is installed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kitclinic.problems import Refused
from outcomes.rules.bank_file import read_bank
from outcomes.rules.estimation import T_SCALE
from outcomes.rules.simulation_report import dry_runs, simulation_report
from outcomes.rules.wording_text import MOST_BYTES, decoded


class Command(BaseCommand):
    help = "Print the dry run and the simulation report of an item bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bank", type=Path, help="CSV: item_id, a, b1 …, n_categories")
        parser.add_argument("--measure", default="", help="its patients at baseline, such as “PROMIS Fatigue”")

    def handle(self, *args: Any, **options: Any) -> None:
        with options["bank"].open("rb") as file:
            text, problems = decoded(file.read(MOST_BYTES + 1))
        if problems:
            raise CommandError("\n".join(problem.sentence for problem in problems))
        try:
            bank = read_bank(text, name=options["bank"].stem)
        except Refused as refused:
            raise CommandError("\n".join(problem.sentence for problem in refused.problems)) from refused
        self.stdout.write(f"{bank.name}: {len(bank.items)} items, SHA-256 {bank.sha256}")
        for run in dry_runs(bank):
            self.stdout.write(f"Dry run, {run['rule']} rule: {run['patterns']} patterns")
            for failure in run["failures"] or ["none failed"]:
                self.stdout.write(f"  {failure}")
        rows = simulation_report(bank, (options["measure"],), T_SCALE)
        self.stdout.write(f"{rows[0]['simulees']} patients like {rows[0]['like']}, in points of T")
        for row in rows:
            self.stdout.write(
                f"  {row['rule']}: {row['mean_items']} items, RMSE {row['rmse']}, bias {row['bias']}, "
                f"SE {row['mean_se']}, precise {row['precise_percent']}%"
            )
