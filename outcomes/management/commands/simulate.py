"""``simulate`` makes and runs a demonstration clinic through the product's own actions."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from outcomes.models import RegistryImport
from outcomes.simulation.clinic import Cast, found_clinic
from outcomes.simulation.history import WEEKS, is_finished, make_history
from outcomes.simulation.live import live
from outcomes.simulation.today import Step, make_today

COHORT_LABEL = "as large as the published one"


class Command(BaseCommand):
    help = (
        "today: make the clinic with this week, charted up to now. history: import a simulated registry and "
        "fill in older weeks. live: go on charting in real time. Only for a demonstration clinic."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["today", "history", "live"], nargs="?", default="today")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--weeks", type=int, default=WEEKS, help="weeks of older history")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO and not settings.DEBUG:
            raise CommandError("Simulated people belong in a demonstration only: start it with make demo.")
        with connection.cursor() as cursor:  # invented history need not survive a power cut
            cursor.execute("SET synchronous_commit TO off")
        now = timezone.now()
        cast = found_clinic(now=now)
        seed = options["seed"]
        if options["what"] == "today":
            self._today(cast, now, seed)
        elif options["what"] == "history":
            self._history(cast, now, seed, options["weeks"])
        else:
            live(cast, clock=timezone.now, new_day=lambda at: self._today(found_clinic(now=at), at, seed))

    def _today(self, cast: Cast, now: datetime, seed: int) -> Cast:
        def step(steps: Iterable[Step]) -> None:
            known = list(steps)
            for one in tqdm(known, unit="step", leave=False, disable=len(known) < 2):
                one()

        make_today(cast, now=now, seed=seed, step=step)
        return cast

    def _history(self, cast: Cast, now: datetime, seed: int, weeks: int) -> None:
        if not RegistryImport.objects.filter(site__registry_of=cast.site).exists():
            folder = settings.VAR / "cohort"
            folder.mkdir(parents=True, exist_ok=True)
            call_command("make_cohort", str(folder), seed=seed)
            call_command("import_cohort", str(folder), site=cast.site.slug, label=COHORT_LABEL)
        if not is_finished(cast):
            make_history(cast, now=now, seed=seed, weeks=weeks)
