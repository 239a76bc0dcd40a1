"""How long one offer takes: 26 weeks about 90% full, read from the database, five offers computed.

Run: python bench/offers.py [requests]. Makes a database of its own and drops it; prints medians, asserts nothing.
"""

import os
import random
import statistics
import sys
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 (settings first)
from django.db import connections  # noqa: E402

from scheduling.models import Sequence, Visit  # noqa: E402
from scheduling.queries.offers import offers_page  # noqa: E402
from scheduling.queries.plans import week_plans  # noqa: E402
from scheduling.queries.strip import strip_of  # noqa: E402
from scheduling.queries.week import week_page  # noqa: E402
from scheduling.rules.sequences import offers  # noqa: E402
from tests.conftest import _create, _drop, _use_database  # noqa: E402
from tests.factories import people  # noqa: E402
from tests.factories.suite import STARTS_56, before, fill, open_week, patient_for  # noqa: E402

WEEKS, SHARE, FIRST = 26, 0.9, date(2026, 9, 14)


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def line(name: str, times: list[float]) -> None:
    p50, p95, p99 = statistics.median(times), percentile(times, 0.95), percentile(times, 0.99)
    print(f"{name:<44} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   p99 {p99:7.1f} ms   n {len(times)}")


def timed(act: object) -> float:
    begin = perf_counter()
    act()  # type: ignore[operator]
    return (perf_counter() - begin) * 1000


def main(requests: int) -> None:
    rnd = random.Random(20260914)
    site = people.site(slug="bench")
    mondays = [FIRST + timedelta(weeks=week) for week in range(WEEKS)]
    booking: list[float] = []
    for monday in mondays:
        open_week(site, monday)
        starts = rnd.sample(STARTS_56, round(SHARE * len(STARTS_56)))
        for minute in starts:
            booking.append(timed(lambda m=monday, at=minute: fill(site, m, [at])))
    at = before(site, FIRST)
    today = site.today(at)
    asking = [patient_for(site, rnd.choice(mondays)) for _ in range(requests)]
    wishes = [5 * rnd.randrange(90, 200) for _ in asking]
    weeks = week_plans(site, today, today=today, weeks=WEEKS + 1)
    group = {"group_day": FIRST - timedelta(days=7), "today": today}
    print(f"{Sequence.objects.count()} sequences, {Visit.objects.count()} visits, {WEEKS} weeks, {SHARE:.0%} full")
    line("patient made and five days booked", booking)
    line("five offers, plans in memory", [timed(lambda w=w: offers(weeks, w, **group)) for w in wishes])
    whole = [
        timed(lambda p=p, w=w: offers_page(p, earliest=None, wish_minute=w, at=at))
        for p, w in zip(asking, wishes, strict=True)
    ]
    line("offers page's facts, rows read afresh", whole)
    line(
        "capacity strip of 26 weeks, plans in memory",
        [timed(lambda: strip_of(weeks, today=today, selected=FIRST)) for _ in range(9)],
    )
    line(
        "week page's facts, rows read afresh",
        [timed(lambda: week_page(site, chosen=FIRST, at=at)) for _ in range(9)],
    )


if __name__ == "__main__":
    name, before_name = f"bench_offers_{os.getpid()}", connections["default"].settings_dict["NAME"]
    _create(name)
    try:
        _use_database(name)
        call_command("migrate", verbosity=0, interactive=False)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    finally:
        connections.close_all()
        _use_database(before_name)
        _drop(name)
