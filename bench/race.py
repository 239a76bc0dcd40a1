"""Eight clients book one week at once: what breaks, and how long a booking waits (goal G7).

Run: python bench/race.py [rounds]. Makes a database of its own; every round is a new clinic with an empty week and
160 patients, booked by 8 processes with 20 patients each through the booking action. Overlaps and breaches are
recounted from the rows, minute by minute, apart from the product's rules. Exits with 1 where the goal is not met.
"""

import multiprocessing
import os
import random
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 (settings first)
from django.db import IntegrityError, OperationalError, connections  # noqa: E402

from kitclinic.models import Site, StaffUser  # noqa: E402
from kitclinic.problems import Refused  # noqa: E402
from kitclinic.site_rows import every_site  # noqa: E402
from scheduling.actions import book_sequence  # noqa: E402
from scheduling.models import NurseShift, Patient, Sequence, Visit  # noqa: E402
from tests.conftest import _create, _drop, _use_database  # noqa: E402
from tests.factories import people  # noqa: E402
from tests.factories.suite import MONDAY, STARTS_56, before, open_week, patient_for, staffed  # noqa: E402

CLIENTS, EACH, ROUNDS, TRIES = 8, 20, 3, 3
P99 = 100.0  # ms, goal G7


@dataclass
class Tally:
    """What the clients of one round saw, and what stood in the rows afterwards."""

    answers: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)


def client(site_id: int, keys: list[int], number: int, barrier: Any, out: Any) -> None:
    """Book one patient after the other, each at some starts of the week, as people with stale pages do."""
    connections.close_all()
    site, chance, tally = Site.objects.get(pk=site_id), random.Random(number), Tally()
    by = StaffUser.objects.filter(site=site, role="scheduler").order_by("pk")[0]
    at = before(site, MONDAY)
    barrier.wait()
    for key in keys:
        patient = Patient.objects.select_related("site").get(pk=key)
        for minute in chance.sample(sorted(set(STARTS_56)), TRIES):
            began = perf_counter()
            answer = attempt(patient, minute, by, at, f"{key}-{minute}")
            tally.milliseconds.append(1000 * (perf_counter() - began))
            tally.answers[answer] += 1
            if answer == "booked":
                break
    connections.close_all()
    out.put((tally.answers, tally.milliseconds))


def attempt(patient: Patient, minute: int, by: StaffUser, at: Any, key: str) -> str:
    try:
        book_sequence(patient=patient, first_day=MONDAY, start_minute=minute, by=by, at=at, key=key)
    except Refused:
        return "refused"
    except IntegrityError:
        return "constraint"
    except OperationalError as error:
        return "deadlock" if "deadlock" in str(error) else "error"
    return "booked"


def race(number: int) -> Tally:
    """One round: a clinic, its week, its patients, eight processes."""
    site = people.site(slug=f"race-{number}", name=f"Race {number}")
    staffed(site, "scheduler", 1)
    open_week(site)
    keys = [patient_for(site, MONDAY).pk for _ in range(CLIENTS * EACH)]
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, out = fork.Barrier(CLIENTS), fork.Queue()
    workers = [
        fork.Process(target=client, args=(site.pk, keys[place::CLIENTS], 100 * number + place, barrier, out))
        for place in range(CLIENTS)
    ]
    for worker in workers:
        worker.start()
    tally = Tally()
    for _ in workers:
        answers, milliseconds = out.get()
        tally.answers += answers
        tally.milliseconds += milliseconds
    for worker in workers:
        worker.join()
    tally.found = recount(site)
    return tally


def recount(site: Site) -> Counter[str]:
    """Count what must not be, from the rows alone."""
    found: Counter[str] = Counter()
    visits = list(Visit.objects.filter(site=site).exclude(state__in=["missed", "cancelled"]))
    for one, other in combinations(visits, 2):
        if one.date == other.date and one.chair == other.chair:
            length = one.leaves_minute + one.cleaning_minutes, other.leaves_minute + other.cleaning_minutes
            found["overlaps"] += one.start_minute < length[1] and other.start_minute < length[0]
    for date in {visit.date for visit in visits}:
        shifts = list(NurseShift.objects.filter(site=site, suite_day__date=date))
        for minute in range(24 * 60):
            there = [visit for visit in visits if visit.date == date]
            nurses = sum(shift.from_minute <= minute < shift.to_minute for shift in shifts)
            seated = sum(visit.start_minute <= minute < visit.leaves_minute for visit in there)
            starts = sum(visit.start_minute <= minute < visit.start_minute + visit.iv_minutes for visit in there)
            found["ratio breaches"] += seated > 2 * nurses or starts > nurses
    for sequence in Sequence.objects.filter(site=site):
        found["partial sequences"] += sequence.visits.count() != 5
    found["sequences"] = Sequence.objects.filter(site=site).count()
    return found


def report(tallies: list[Tally]) -> bool:
    """Print one line a round and the total; return whether goal G7 is met."""
    names = ("overlaps", "ratio breaches", "partial sequences")
    print(f"G7: {CLIENTS} clients x {EACH} patients into one week, {len(tallies)} rounds")
    print(f"{'round':>5} {'booked':>7} {'refused':>8} {'constraint':>11} {'deadlocks':>10} ", end="")
    print(" ".join(f"{name:>17}" for name in names), f"{'p50 ms':>8} {'p99 ms':>8}")
    everything: list[float] = []
    bad = 0
    for number, tally in enumerate(tallies, start=1):
        cuts = statistics.quantiles(tally.milliseconds, n=100)
        everything += tally.milliseconds
        wrong = tally.answers["deadlock"] + tally.answers["error"] + sum(tally.found[name] for name in names)
        bad += wrong + (tally.answers["booked"] != tally.found["sequences"])
        print(
            f"{number:>5} {tally.answers['booked']:>7} {tally.answers['refused']:>8} "
            f"{tally.answers['constraint']:>11} {tally.answers['deadlock']:>10} "
            + " ".join(f"{tally.found[name]:>17}" for name in names)
            + f" {cuts[49]:>8.1f} {cuts[98]:>8.1f}"
        )
    p99 = statistics.quantiles(everything, n=100)[98]
    print(f"broken: {bad} (goal 0); p99 {p99:.1f} ms (goal {P99:.0f})")
    return bad == 0 and p99 <= P99


def main(rounds: int = ROUNDS) -> int:
    name, before_name = f"bench_race_{os.getpid()}", connections["default"].settings_dict["NAME"]
    _create(name)
    try:
        _use_database(name)
        call_command("migrate", verbosity=0, interactive=False)
        tallies = [race(number) for number in range(1, rounds + 1)]
        connections.close_all()
    finally:
        _use_database(before_name)
        _drop(name)
    return 0 if report(tallies) else 1


if __name__ == "__main__":
    with every_site("a measurement makes clinics of its own"):
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
