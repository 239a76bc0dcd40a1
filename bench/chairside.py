"""25 clinics on one machine: the polls of their screens and their chart writes at the rate of the busiest minute.

Run: python bench/chairside.py [seconds] [clinics] [patients in each]. Fewer clinics are a smaller load: each
brings its own screens and writes.

The load, from the reference's model of a day. Screens: 11 a clinic (three boards, eight charts), each asking once
in ten seconds: 25 x 11 / 10 = 27.5 polls a second. Writes: 21 an infusion x 55 infusions x 25 clinics = 28,875 a
day, 0.8 a second over ten hours; in the busiest minute all 25 x 8 = 200 chairs chart once: 3.3 a second, which is
what runs here all the time. A write is one set of vital signs over HTTP; shown is the chart that its page asks for
then, counted from when the write was due.
Real sessions, a commit that waits for the disk, gunicorn as the demonstration starts it, an embedded PostgreSQL.
Times are counted from the moment a request was due, so one that had to queue counts its waiting.
The generator runs beside the server on the same cores. Prints, asserts nothing.
"""

import os
import random
import re
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.db import connections
from django.urls import reverse

from bench.chairside_clinics import Clinic, Person, call, clinic, database, durable, serving, vitals
from tests.browser.live import Live
from tests.factories.infusions import Chair

SECONDS, SITES, CHAIRS = 60, 25, 6  # six and their support persons fill a group visit
BOARDS, CHARTS, EVERY = 3, 8, 10.0  # screens a clinic, seconds between two polls of one
PEAK_CHAIRS = 8  # each chair of a clinic charts once in the busiest minute
GENERATORS = 48
WELL = {"poll": {200, 204, 304}, "write": {200}, "shown": {200}}
VERSION = re.compile(r"\?v=([^\"&]+)")


@dataclass
class Screen:
    """A board (no chair) or a chart; seen: the version it shows."""

    person: Person
    chair: Chair | None
    seen: str = ""

    def poll(self, live: Live) -> int:
        if self.chair is None:
            answer = call(live, self.person, reverse("infusions:board_tiles"), If_None_Match=self.seen)
            self.seen = answer.headers.get("ETag", self.seen)
            return answer.status
        page = reverse("infusions:chart", args=[self.chair.visit.pk])
        answer = call(live, self.person, f"{page}?v={self.seen}")
        found = VERSION.search(answer.body) if answer.status == 200 else None
        self.seen = found[1] if found else self.seen
        return answer.status


@dataclass
class Tally:
    """What happened: milliseconds by kind, statuses, what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in WELL})
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, status: int, since: float, error: str = "") -> None:
        with self.lock:
            self.times[kind].append((time.perf_counter() - since) * 1000)
            self.statuses[kind, status] += 1
            if error or status not in WELL[kind]:
                self.errors.append(error or f"{kind} {status}")


def schedule(made: list[Clinic], seconds: float, rnd: random.Random) -> list[tuple[float, str, object, object]]:
    """Everything that is asked, with its second, in order."""
    found: list[tuple[float, str, object, object]] = []
    for one in made:
        chairs = [one.chairs[number % len(one.chairs)] for number in range(CHARTS)]
        screens = [Screen(one.nurse, None) for _ in range(BOARDS)] + [Screen(one.nurse, it) for it in chairs]
        for screen in screens:
            begin = rnd.random() * EVERY
            found += [(begin + EVERY * turn, "poll", screen, None) for turn in range(int(seconds / EVERY) + 1)]
        writes = round(PEAK_CHAIRS * seconds / 60)
        found += [(rnd.random() * seconds, "write", one.nurse, rnd.choice(one.chairs)) for _ in range(writes)]
    return sorted((it for it in found if it[0] < seconds), key=lambda it: it[0])


def generate(live: Live, queue: Queue[tuple[float, str, object, object] | None], tally: Tally) -> None:
    while (item := queue.get()) is not None:
        due, kind, who, chair = item
        try:
            if isinstance(who, Screen):
                status = who.poll(live)
            else:
                assert isinstance(who, Person)
                assert isinstance(chair, Chair)
                address, fields = vitals(chair)
                status = call(live, who, address, post=fields).status
                tally.add(kind, status, due)
                page = reverse("infusions:chart", args=[chair.visit.pk])
                kind, status = "shown", call(live, who, f"{page}?v=").status
        except OSError as error:
            tally.add(kind, 0, due, f"{kind}: {error!r}")
        else:
            tally.add(kind, status, due)


def run(live: Live, clinics: list[Clinic], seconds: float, seed: int) -> Tally:
    tally, queue = Tally(), Queue()  # type: ignore[var-annotated]
    threads = [threading.Thread(target=generate, args=(live, queue, tally)) for _ in range(GENERATORS)]
    for thread in threads:
        thread.start()
    begun = time.perf_counter()
    for due, *rest in schedule(clinics, seconds, random.Random(seed)):
        time.sleep(max(0.0, begun + due - time.perf_counter()))
        queue.put((begun + due, *rest))
    for _ in threads:
        queue.put(None)
    for thread in threads:
        thread.join()
    return tally


def say(tally: Tally, seconds: float) -> None:
    aims = {"poll": "aim: 95 of 100 within 200 ms", "write": "aim: 99 of 100 within 500 ms"}
    aims["shown"] = "aim: all within 1,000 ms"
    for kind, times in tally.times.items():
        cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [*times, 0.0] * 99
        rate = f"{len(times):,} at {len(times) / seconds:.1f} a second"
        print(
            f"{kind:6} {rate:28} p50 {cuts[49]:7.1f}  p95 {cuts[94]:7.1f}  p99 {cuts[98]:7.1f} ms   {aims[kind]}"
        )
    answered = ", ".join(f"{kind} {status}: {count:,}" for (kind, status), count in sorted(tally.statuses.items()))
    print(f"answers: {answered}")
    print(f"errors: {len(tally.errors)} (aim: none){': ' + '; '.join(tally.errors[:3]) if tally.errors else ''}")


def main(seconds: int, made: int, chairs: int) -> None:
    with database() as name:
        begun = time.perf_counter()
        clinics = [clinic(chairs) for _ in range(made)]
        print(
            f"{made} clinics with {chairs} patients each, made in {time.perf_counter() - begun:.0f} s; {durable()}"
        )
        connections.close_all()
        with serving(name) as live:
            run(live, clinics, EVERY, seed=0)  # every screen has asked once
            print(f"before: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            tally = run(live, clinics, seconds, seed=1)
            print(f"after {seconds} s: load {os.getloadavg()[0]:.1f}")
    say(tally, seconds)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [SECONDS, SITES, CHAIRS][len(given) :]))
