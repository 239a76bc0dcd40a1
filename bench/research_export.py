"""How long a research export takes to make, to scan and to read back, and how large it is, by number of patients.

Run: python bench/research_export.py [PATIENTS ...]. In memory, without a database: cohorts of the published
study's shape (ten infusions and twenty scores a patient) are drawn, de-identified, written as CSV and Parquet,
zipped, scanned for 40 names a hundred patients, and read back. Prints seconds, rows a second, seconds of a core
and megabytes.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import repeat
from pathlib import Path
from random import Random
from typing import TypeVar

import django
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
django.setup()

from outcomes.research_file import export_bytes, export_of, read_export, research_of  # noqa: E402
from outcomes.research_scan import fixed_words, scan  # noqa: E402
from outcomes.rules.definitions import Definitions  # noqa: E402
from outcomes.rules.filters import Filters  # noqa: E402
from outcomes.rules.histories import Infusions, Scores, day_number  # noqa: E402
from outcomes.rules.identifiers import known_words  # noqa: E402
from outcomes.rules.measures import measures  # noqa: E402
from outcomes.rules.research import ID_LETTERS, Persons, deidentified, study_ids  # noqa: E402
from outcomes.rules.research_about import MODES, About  # noqa: E402
from outcomes.rules.research_back import histories_back  # noqa: E402
from outcomes.rules.research_dictionary import DIAGNOSES  # noqa: E402
from outcomes.rules.windows import WINDOWS  # noqa: E402

Made = TypeVar("Made")
AS_OF = date(2025, 7, 1)
SIZES = (1_034, 10_000, 100_000)
INFUSIONS, SCORES = 10, 20  # of one patient


def drawn(number: int) -> tuple[Persons, Infusions, Scores]:
    """Draw that many patients with their infusions and scores."""
    rng = np.random.default_rng(number)
    first = rng.integers(day_number(date(2021, 1, 1)), day_number(date(2024, 12, 31)), number)
    persons = Persons(
        of=np.arange(number),
        age=rng.integers(18, 95, number),
        sex=rng.integers(0, 2, number),
        race=rng.integers(0, 4, number),
        marital=rng.integers(0, 5, number),
        diagnosis=rng.integers(0, len(DIAGNOSES), number),
        bmi_tenths=rng.integers(180, 500, number),
        charlson=rng.integers(0, 16, number),
    )
    of = np.repeat(np.arange(number), INFUSIONS)
    given = Infusions(
        of=of,
        day=np.repeat(first, INFUSIONS) + np.tile([*range(5), *range(30, 35)], number),
        start=rng.integers(480, 900, len(of)),
        completed=rng.random(len(of)) < 0.98,
        protocol=np.zeros(len(of), dtype=np.int64),
    )
    whose = np.repeat(np.arange(number), SCORES)
    answered = Scores(
        of=whose,
        measure=rng.integers(0, len(measures()), len(whose)),
        day=np.repeat(first, SCORES) + rng.integers(-100, 150, len(whose)),
        minute=rng.integers(420, 1200, len(whose)),
        tenths=rng.integers(0, 210, len(whose)),
        error=np.where(rng.random(len(whose)) < 0.5, np.nan, rng.integers(20, 60, len(whose)) / 10),
        form=rng.integers(0, 5, len(whose)),
        key=np.arange(len(whose)),
    )
    return persons, given, answered


def timed(what: str, act: Callable[[], Made], rows: int) -> Made:
    """Do something, print its seconds and rows a second, return what it made."""
    start, worked = time.perf_counter(), time.process_time()
    made = act()
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    print(f"  {what:44} {seconds:8.2f} s {rows / seconds:12,.0f} rows/s {worked:8.2f} s of a core")
    return made


def measured(number: int) -> None:
    persons, given, answered = drawn(number)
    rows = number + len(given) + len(answered)
    print(f"{number:,} patients, {len(given):,} infusions, {len(answered):,} scores")
    random = Random(number)
    words = [
        "".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(7)) for _ in range(number * 2 // 5)
    ]
    known = known_words(words, fixed_words())

    def made() -> bytes:
        ids = study_ids((random.choice(ID_LETTERS) for _ in repeat(None)), number)
        order = np.random.default_rng(1).permutation(number)
        research = deidentified(persons, given, answered, AS_OF, ids=ids, order=order)
        closed = {mode: dict.fromkeys(WINDOWS) for mode in MODES}
        about = About(
            "registry",
            True,
            "published",
            AS_OF,
            Definitions(),
            Filters(),
            "0" * 64,
            number,
            len(research.infusions["day"]),
            len(research.scores["day"]),
            0,
            closed,
        )
        return export_bytes(export_of(research, about))

    data = timed("made: ids, offsets, CSV, Parquet, zip", made, rows)
    hits = timed("scanned: every byte and cell", lambda: scan(data, known), rows)
    timed("read back to histories (Parquet)", lambda: histories_back(research_of(read_export(data))), rows)
    timed("read back to histories (CSV)", lambda: histories_back(research_of(read_export(data, kind="csv"))), rows)
    print(f"  {len(data) / 1e6:.1f} MB, {len(data) / rows:.1f} bytes a row; {len(hits)} hits")


if __name__ == "__main__":
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        measured(size)
