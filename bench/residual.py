"""Is the residual exact? Places left by the engine against CP-SAT, on random weeks (goal G8).

Run: python bench/residual.py [weeks] [seed]. Needs OR-Tools; without it says so and ends with 0.
Prints the weeks that agree and what each way takes; exits with 1 on the first that does not.
"""

import random
import statistics
import sys
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scheduling.rules.blocks import WeekPlan
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths, Span, on_floor
from scheduling.rules.residual import CountedWeek

try:
    from ortools.sat.python import cp_model
except ImportError:
    cp_model = None

MONDAY = date(2026, 9, 14)
PHASES = (Lengths(), Lengths(5, 40, 30, 0), Lengths(10, 40, 30, 0), Lengths(15, 40, 30, 5), Lengths(7, 41, 29, 4))
OPENS = 7 * 60 + 30


def random_day(rnd: random.Random, place: int, lengths: Lengths, common: list[int]) -> DayPlan:
    """A day with shifts, breaks, provider gaps and visits that break no rule; some visits of other lengths."""
    close = OPENS + rnd.choice([480, 540, 600])
    shifts = [
        (OPENS + rnd.choice([0, 0, 0, 30]), close - rnd.choice([0, 0, 0, 60])) for _ in range(rnd.randint(2, 5))
    ]
    nurses: list[Span] = []
    for start, end in shifts:
        pauses = [(at, at + rnd.choice([15, 30])) for at in (rnd.randrange(start, end - 60, 5) for _ in range(2))]
        nurses += on_floor((start, end), pauses if rnd.random() < 0.6 else [])
    gap = rnd.randrange(OPENS + 120, close - 120, 5)
    provider = ((OPENS, gap), (gap + 30, close)) if rnd.random() < 0.25 else ((OPENS, close),)
    cap = rnd.choice([None, None, None, rnd.randint(10, 51)])
    day = DayPlan(
        MONDAY + timedelta(days=place),
        OPENS,
        close,
        tuple(nurses),
        provider,
        (),
        rnd.choice([6, 8, 8]),
        lengths,
        cap=cap,
    )
    booked: list[BookedVisit] = []
    own = [rnd.randrange(OPENS, close - 90, 5) for _ in range(rnd.randint(0, 4))]  # make-ups, days moved
    for start in common + own:
        other = rnd.choice(PHASES) if rnd.random() < 0.2 else lengths
        tried = [*booked, BookedVisit(start, other)]
        if (cap is None or len(tried) <= cap) and not breaches(_with(day, tried)):
            booked = tried
    return _with(day, booked)


def _with(day: DayPlan, booked: list[BookedVisit]) -> DayPlan:
    return DayPlan(
        day.day,
        day.open,
        day.close,
        day.nurses,
        day.provider,
        tuple(booked),
        day.chairs,
        day.lengths,
        cap=day.cap,
    )


def proven(week: WeekPlan) -> int:
    """The most further sequences of this week by CP-SAT: a count at each start, limits at every minute's edge."""
    model = cp_model.CpModel()
    lengths = week.days[0].lengths
    first = max(day.open for day in week.days)
    last = min(day.close for day in week.days) - lengths.attended
    begun = {
        start: model.new_int_var(0, 8, f"n{start}")
        for start in range(-(-first // 5) * 5, last + 1, 5)
        if all(_provided(day, start, start + lengths.attended) for day in week.days)
    }
    for day in week.days:
        if day.cap is not None:
            model.add(sum(begun.values()) <= day.cap - len(day.booked))
        for minute in sorted(_edges(day, list(begun), lengths)):
            nurses = sum(start <= minute < end for start, end in day.nurses)
            for long, most, spans in (
                (lengths.occupied, day.chairs, [visit.occupied for visit in day.booked]),
                (lengths.attended, 2 * nurses, [visit.attended for visit in day.booked]),
                (lengths.iv, nurses, [visit.iv for visit in day.booked]),
            ):
                running = [number for start, number in begun.items() if start <= minute < start + long]
                taken = sum(start <= minute < end for start, end in spans)
                if running:
                    model.add(sum(running) <= max(0, most - taken))
    model.maximize(sum(begun.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise SystemExit("CP-SAT did not prove an optimum")
    return round(solver.objective_value)


def _provided(day: DayPlan, start: int, end: int) -> bool:
    at = start
    for begin, until in sorted(day.provider):
        if begin <= at < until:
            at = until
    return at >= end


def _edges(day: DayPlan, starts: list[int], lengths: Lengths) -> set[int]:
    """Every minute at which a count can change."""
    found = {minute for span in day.nurses for minute in span}
    for visit in day.booked:
        found.update(minute for span in (visit.iv, visit.attended, visit.occupied) for minute in span)
    for start in starts:
        found.update((start, start + lengths.iv, start + lengths.attended, start + lengths.occupied))
    return found


def main(weeks: int, seed: int) -> int:
    rnd = random.Random(seed)
    ours: list[float] = []
    theirs: list[float] = []
    left: list[int] = []
    for number in range(weeks):
        lengths = rnd.choice(PHASES)
        common = [rnd.randrange(OPENS, OPENS + 520, 5) for _ in range(rnd.choice([0, 5, 10, 20, 40, 80]))]
        week = WeekPlan(tuple(random_day(rnd, place, lengths, common) for place in range(5)))
        begin = perf_counter()
        found = CountedWeek(week).places.number
        middle = perf_counter()
        best = proven(week)
        ours.append((middle - begin) * 1000)
        theirs.append((perf_counter() - middle) * 1000)
        left.append(best)
        if found != best:
            print(f"week {number} of seed {seed}: engine {found}, CP-SAT {best}: NOT MET")
            return 1
    print(
        f"G8 residual = CP-SAT on {weeks} of {weeks} random weeks ({min(left)} to {max(left)} places left, "
        f"{sum(not one for one in left)} full): met"
    )
    print(f"engine {statistics.median(ours):.2f} ms, CP-SAT {statistics.median(theirs):.2f} ms a week (median)")
    return 0


if __name__ == "__main__":
    if cp_model is None:
        print("OR-Tools is not installed: the residual was not compared.")
        sys.exit(0)
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, int(sys.argv[2]) if len(sys.argv) > 2 else 8))
