"""How long a registry of the published study's size takes to import, and the outcomes page to compute.

Runs against the configured database inside one transaction that is rolled back: nothing stays.
Prints seconds; the goals are under 60 s for the import and under 1.5 s for the page with all its effects.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from kitclinic.models import Site  # noqa: E402
from kitclinic.site_rows import every_site  # noqa: E402
from outcomes.actions import import_registry  # noqa: E402
from outcomes.queries.behind import behind  # noqa: E402
from outcomes.queries.cohorts import sources  # noqa: E402
from outcomes.queries.dashboard import dashboard, measure_named  # noqa: E402
from outcomes.queries.study import Asked, study  # noqa: E402
from outcomes.rules.cohort import AS_OF, generate, write  # noqa: E402

Made = TypeVar("Made")
ROUNDS = 5


def timed(what: str, act: Callable[[], Made], *, rounds: int = 1) -> Made:
    """Do something, print the median of its seconds, return what it made."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        made = act()
        seconds.append(time.perf_counter() - start)
    print(f"{what:48} {statistics.median(seconds):8.3f} s")
    return made


def main() -> None:
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        site = Site.objects.create(slug="bench-import", name="Bench", time_zone="America/New_York")
        cohort = timed("generate the cohort", lambda: generate(2025))
        write(cohort, Path(folder))
        counts = (len(rows) for rows in (cohort.patients, cohort.infusions, cohort.scores))
        size = "{:,} patients, {:,} infusions, {:,} scores".format(*counts)

        def imported() -> object:
            return import_registry(site=site, directory=Path(folder), by=None, at=timezone.now())

        timed("import", imported)
        timed("import the same files again", imported)
        asked = Asked(sources(site)[1], AS_OF)
        with CaptureQueriesContext(connection) as queries:
            dashboard(study(asked))
        timed(
            "outcomes page with the effects of six switches",
            lambda: dashboard(study(asked)),
            rounds=ROUNDS,
        )
        measure = measure_named("phq-9")
        assert measure is not None
        timed(
            "patients behind one cell",
            lambda: behind(study(asked), measure=measure, window="3m").paired[:100],
            rounds=ROUNDS,
        )
        print(f"{size}; {len(queries)} queries a page")
        transaction.set_rollback(True)


if __name__ == "__main__":
    with every_site("a measurement makes a clinic of its own"):
        main()
