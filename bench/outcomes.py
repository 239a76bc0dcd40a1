"""How the outcomes grow: from the published study's 1,034 patients to a hundred times as many.

python bench/outcomes.py [PATIENTS ...]    default: 1034 6204 100298 (the second is about 60,000 infusions)

Copies of the simulated cohort are put into sites of their own, inside one transaction that is rolled back. Nothing
is cached between two readings. Prints medians: reading and counting (a study), all facts of the page, the page
through the web stack; then the exponent of seconds over patients (1 is linear), fitted to the logarithms.
Goals: page <= 300 ms at 1,034 patients, <= 2 s at 60,000 infusions, exponent <= 1.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from kitclinic.models import Site  # noqa: E402
from kitclinic.site_rows import every_site  # noqa: E402
from outcomes.actions import import_registry  # noqa: E402
from outcomes.queries.cohorts import Source  # noqa: E402
from outcomes.queries.dashboard import dashboard  # noqa: E402
from outcomes.queries.study import Asked, study  # noqa: E402
from outcomes.rules.cohort import AS_OF, generate, write  # noqa: E402
from tests.factories import people  # noqa: E402

SIZES = (1034, 6204, 100_298)
ROUNDS = 5
LINE = "{:>8} patients {:>9} infusions {:>9} scores   {:44} {:8.0f} ms"


def copies_of(site: Site, clinic: Site, copies: int) -> Site:
    """Return a registry with so many copies of another's rows."""
    home = Site.objects.create(
        slug=f"bench-{copies}", name="Bench", time_zone="America/New_York", registry_of=clinic, is_demo=True
    )
    with connection.cursor() as cursor:
        rest = _columns(cursor, "scheduling_patient")
        cursor.execute(
            f"INSERT INTO scheduling_patient (site_id, record_number, {', '.join(rest)}) "
            f"SELECT %s, o.record_number || '-' || k, {', '.join(f'o.{name}' for name in rest)} "
            "FROM scheduling_patient o, generate_series(1, %s) k WHERE o.site_id = %s",
            [home.pk, copies, site.pk],
        )
        # Which copy is whose, by a table of its own: the planner knows nothing of rows that are not committed.
        cursor.execute("DROP TABLE IF EXISTS whose")
        cursor.execute(
            "CREATE TEMP TABLE whose AS SELECT o.id AS given, mine.id AS made "
            "FROM (SELECT id, split_part(record_number, '-', 1) AS number FROM scheduling_patient "
            "      WHERE site_id = %s) mine "
            "JOIN (SELECT id, record_number FROM scheduling_patient WHERE site_id = %s) o "
            "ON o.record_number = mine.number",
            [home.pk, site.pk],
        )
        cursor.execute("ANALYZE whose")
        for table in ("infusions_registryinfusion", "outcomes_score"):
            rest = _columns(cursor, table)
            cursor.execute(
                f"INSERT INTO {table} (site_id, patient_id, {', '.join(rest)}) "
                f"SELECT %s, w.made, {', '.join(f'o.{name}' for name in rest)} "
                f"FROM (SELECT * FROM {table} WHERE site_id = %s) o JOIN whose w ON w.given = o.patient_id",
                [home.pk, site.pk],
            )
    return home


def _columns(cursor: object, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' "
        "AND column_name NOT IN ('id', 'site_id', 'record_number', 'patient_id')",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def timed(act: Callable[[], object]) -> float:
    """Return the median milliseconds of several rounds, after one that is thrown away."""
    act()
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found)


def main(sizes: tuple[int, ...]) -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        clinic = Site.objects.create(
            slug="bench-outcomes", name="Bench", time_zone="America/New_York", is_demo=True
        )
        made = generate(2025)
        write(made, Path(folder))
        start = time.perf_counter()
        first = import_registry(site=clinic, directory=Path(folder), by=None, at=timezone.now()).record.site
        rows = sum(len(part) for part in (made.patients, made.infusions, made.scores))
        print(f"import: {rows / (time.perf_counter() - start):,.0f} rows/s (goal 5,000)")
        client = Client()
        client.force_login(people.staff("clinic_lead", site=clinic))
        points: dict[str, list[tuple[int, float]]] = {}
        for size in sizes:
            copies = max(1, round(size / len(made.patients)))
            home = copies_of(first, clinic, copies)
            source = Source(home, "Registry", is_registry=True, is_simulated=True)
            asked = Asked(source, AS_OF)
            found = study(asked)
            counts = (len(found.histories.people), len(found.histories.infusions), len(found.histories.scores))

            def page() -> None:
                address = {"source": home.slug, "as_of": str(AS_OF)}  # noqa: B023
                response = client.get("/outcomes/", address)
                assert response.status_code == 200, response.status_code

            acts = {
                "a study: read and counted": lambda: study(asked),  # noqa: B023
                "all facts of the page, six switches": lambda: dashboard(study(asked)),  # noqa: B023
                "the page through the web stack": page,
            }
            for what, act in acts.items():
                taken = timed(act)
                points.setdefault(what, []).append((counts[0], taken))
                print(LINE.format(*(f"{count:,}" for count in counts), what, taken), flush=True)
        for what, told in points.items():
            if len(told) > 1:
                size, taken = np.log(np.array(told)).T
                print(f"exponent of {what}: {np.polyfit(size, taken, 1)[0]:.2f}")
        transaction.set_rollback(True)


if __name__ == "__main__":
    with every_site("a measurement makes clinics of its own"):
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
