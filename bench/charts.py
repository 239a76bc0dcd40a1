"""What charts cost: the first one of a process, new facts, facts drawn before, a PNG; and the script's size.

Run: python bench/charts.py [rounds]. No database. CPU of this process, converter included: on a busy machine it
says more than the clock. A template is a chart without its facts, built with Altair and compiled once a process.
"New" is what a page pays for a chart whose facts were not drawn before; "kept" is what it pays the next time.
Prints, asserts nothing.
"""

import gzip
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import django
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")

django.setup()

from outcomes.charts import rendering  # noqa: E402 (settings first)
from tests.outcomes.charts.drawings import DRAWINGS, table  # noqa: E402

ROUNDS = 21
MS, MB = 1000, 1_000_000


def median_ms(act: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None) -> float:
    taken = []
    for _ in range(rounds):
        before()
        begun = process_time()
        act()
        taken.append((process_time() - begun) * MS)
    return statistics.median(taken)


def first() -> None:
    """The first chart starts the converter."""
    table()
    process, made = psutil.Process(), DRAWINGS["figure 1 beside"]
    memory, marks = process.memory_info().rss, [(perf_counter(), process_time())]
    drawing = made()
    marks.append((perf_counter(), process_time()))
    rendering.for_page(drawing)
    marks.append((perf_counter(), process_time()))
    for what, before, after in (("template", *marks[:2]), ("converter and chart", *marks[1:])):
        clock, cpu = (MS * (late - early) for early, late in zip(before, after, strict=True))
        print(f"first chart of a process, {what}: {clock:.0f} ms, of it CPU {cpu:.0f} ms")
    print(f"memory: {memory / MB:.0f} MB before, {process.memory_info().rss / MB:.0f} MB after")


def each(rounds: int) -> None:
    print(f"{'':28}{'facts':>8}{'new':>8}{'kept':>8}{'PNG':>8}{'SVG':>9}{'script':>9}")
    print(f"{'':28}{'ms':>8}{'ms':>8}{'ms':>8}{'ms':>8}{'bytes':>9}{'bytes':>9}")
    for name, made in DRAWINGS.items():
        drawing = made()
        svg, script = rendering.for_page(drawing), rendering.for_script(drawing)
        drawn = median_ms(lambda made=made: rendering.for_page(made()), rounds, rendering._svg.cache_clear)
        kept = median_ms(lambda made=made: rendering.for_page(made()), rounds)
        picture = median_ms(lambda drawing=drawing: rendering.png(drawing), 5)
        print(
            f"{name:28}{median_ms(made, rounds):8.1f}{drawn:8.1f}{kept:8.1f}{picture:8.0f}"
            f"{len(svg.encode()):9,}{len(script.encode()):9,}"
        )


def script() -> None:
    path = ROOT / "static" / "vendor" / "charts.js"
    if path.exists():
        content = path.read_bytes()
        print(f"charts.js: {len(content):,} bytes, {len(gzip.compress(content)):,} compressed")


if __name__ == "__main__":
    first()
    each(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    script()
