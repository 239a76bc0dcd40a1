"""How long it takes to find a patient among 100,000, by each kind of search, and which plan answers it.

Run: python bench/patient_search.py [patients]. Makes a database of its own and drops it; prints, asserts nothing.
The names are put together from syllables: nobody's.
"""

import os
import random
import statistics
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from django.conf import settings  # noqa: E402 (settings first)
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from kitclinic.models import Site  # noqa: E402
from kitclinic.site_rows import of_site  # noqa: E402
from scheduling.models import Patient  # noqa: E402
from scheduling.queries.patients import people_like  # noqa: E402
from scheduling.queries.search import ENOUGH, everybody, few_ranked, find, matching, read_words  # noqa: E402
from scheduling.rules.identity import Person  # noqa: E402
from scheduling.rules.search import read_search  # noqa: E402
from tests import databases  # noqa: E402
from tests.factories import people  # noqa: E402

PATIENTS, ROUNDS, BATCH = 100_000, 41, 5_000
NOW = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)
TODAY = date(2026, 9, 14)
FIRST_SYLLABLES = ("mar", "del", "tol", "ing", "cas", "yol", "tob", "per", "luc", "os", "han", "vik", "zé", "ño")
MIDDLE = ("ri", "phi", "va", "no", "lé", "ta", "mü", "sa", "bo", "ke")
LAST = ("n", "ne", "land", "sen", "dt", "st", "nn", "down", "ski", "witz", "o", "a")
SEARCHES = {
    "one letter": "m",
    "two letters": "ma",
    "three letters inside": "lan",
    "part of a name": "marri",
    "the end of a name": "witz",
    "family and given": "marrin del",
    "without its accent": "zele",
    "birth date": "1974-03-14",
    "birth date in words": "14 Mar 1974",
    "record number, whole": "KT-050000",
    "record number, digits inside": "5000",
    "nobody": "qqqx",
}


def word(chance: random.Random) -> str:
    return "".join(chance.choice(part) for part in (FIRST_SYLLABLES, MIDDLE, LAST)).capitalize()


def fill(site: Site, count: int) -> None:
    """Write invented patients, born from 1930 to 2007, one in ten with a preferred name."""
    chance = random.Random(2025)
    for start in range(0, count, BATCH):
        Patient.objects.bulk_create(
            Patient(
                site=site,
                record_number=f"KT-{number:06d}",
                family_name=word(chance) + (f"-{word(chance)}" if chance.random() < 0.05 else ""),
                given_name=word(chance),
                preferred_name=word(chance) if chance.random() < 0.1 else "",
                birth_date=date(1930, 1, 1) + timedelta(days=chance.randrange(28_000)),
                sex=Patient.Sex.FEMALE,
                phone=f"216 555 {chance.randrange(10_000):04d}",
                created_at=NOW - timedelta(minutes=number),
            )
            for number in range(start, min(start + BATCH, count))
        )


def timed(what: str, act: object, *, note: str = "") -> None:
    """Print median and 95th percentile of the milliseconds of ROUNDS calls, after one that warms up."""
    assert callable(act)
    act()
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        act()
        times.append((perf_counter() - begun) * 1000)
    slow = statistics.quantiles(times, n=20)[-1]
    print(f"{what:34} {statistics.median(times):8.1f} ms {slow:8.1f} ms  {note}")


def plan(site: Site, text: str) -> str:
    """The scans of a search's plan."""
    wanted = read_words(read_search(text, today=TODAY))
    rows = few_ranked(matching(site=site, wanted=wanted), wanted, ENOUGH + 1)
    lines = [line.strip(" ->") for line in rows.explain().splitlines() if "Scan" in line]
    return "; ".join(line.partition("  (")[0] for line in lines if "merged" not in line)


def main(count: int) -> None:
    name = f"bench_kitclinic_{os.getpid()}"
    databases.create(name, databases.migrated())
    databases.use(name)
    try:
        site = people.site()
        begun = perf_counter()
        fill(site, count)
        print(f"{count:,} patients written in {perf_counter() - begun:.1f} s")
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        with of_site(site.pk):  # as a request of this clinic: behind the policies
            measure(site)
        client = Client()
        client.force_login(people.staff("scheduler", site=site))
        url = reverse("scheduling:patients")
        settings.SEARCHES_A_MINUTE = 1_000_000  # the search is measured, not its limit
        for typed in ("marri", "lan", "m"):
            timed(
                f"live search, the whole answer: {typed}",
                lambda typed=typed: client.post(url, {"q": typed}, headers={"HX-Request": "true"}),
            )
        connection.close()
    finally:
        connections.close_all()
        databases.use("postgres")
        databases.drop(name)


def measure(site: Site) -> None:
    print(f"{'':34} {'median':>11} {'p95':>11}")
    for what, text in SEARCHES.items():
        found = find(site=site, text=text, today=TODAY)
        note = f"{'over ' if found.too_many else ''}{found.total:,} found; {plan(site, text)}"
        timed(what, lambda text=text: find(site=site, text=text, today=TODAY), note=note)
    new = Person("KT-9999999", "Marrin", "Delphine", date(1974, 3, 14), "216 555 0142")
    timed("possible duplicates", lambda: people_like(site=site, person=new))
    timed("the list, newest first", lambda: list(everybody(site=site)[:50]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS)
