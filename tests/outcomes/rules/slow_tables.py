"""Tables 2 and 3 the slow, obvious way: patient by patient. The product must print the same."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from outcomes.rules.change import Verdict, change, could_improve
from outcomes.rules.completion import COMPLETE, NEW_SEQUENCE_AFTER_DAYS, RESPONSE_GOALS, Completion, Response
from outcomes.rules.measures import McidSet, measures
from outcomes.rules.statistics import Sums
from outcomes.rules.tables import WINDOW_CLOSES, Tallies, Tally
from outcomes.rules.windows import WINDOWS, Infusion, Windowed


def slow_tally(patients: Iterable[Windowed], *, mcid_set: McidSet = "paper", absolute: bool = False) -> Tallies:
    known = measures()
    tallies: Tallies = {(name, window): Tally() for name in known for window in WINDOWS}
    for patient in patients:
        for window in WINDOWS:
            for name, follow_up in patient.at(window).items():
                baseline = patient.baseline.get(name)
                if baseline is None:
                    continue
                measure = known[name]
                found = change(measure, baseline.tenths, follow_up.tenths, mcid_set=mcid_set)
                cell = tallies[name, window]
                cell.n += 1
                cell.improved += found.counts_as_improved(absolute=absolute)
                cell.worsened += found.verdict is Verdict.WORSENED
                cell.literal += found.literal
                cell.could_improve += could_improve(measure, baseline.tenths, mcid_set=mcid_set)
                cell.total += found.tenths
                cell.squares += found.tenths**2
    return tallies


def slow_closed(patients: Sequence[Windowed]) -> dict[str, int]:
    return {
        window: sum(
            p.last_infusion is not None and p.last_infusion + timedelta(days=WINDOW_CLOSES[window]) <= p.as_of
            for p in patients
        )
        for window in WINDOWS
    }


def slow_baselines(patients: Sequence[Windowed]) -> dict[str, Sums]:
    found = {}
    for name in measures():
        values = [p.baseline[name].tenths for p in patients if name in p.baseline]
        found[name] = Sums(len(values), sum(values), sum(value**2 for value in values))
    return found


def slow_completion(
    patients: Iterable[Sequence[Infusion]], as_of: date, *, complete: int = COMPLETE
) -> Completion:
    counts = dict.fromkeys(range(complete, -1, -1), 0)
    under_way = first_sequence = 0
    for infusions in patients:
        days = sorted(infusion.date for infusion in infusions if infusion.completed and infusion.date <= as_of)
        gap = timedelta(days=NEW_SEQUENCE_AFTER_DAYS)
        if days and len(days) < complete and days[-1] + gap >= as_of:
            under_way += 1
            continue
        counts[min(len(days), complete)] += 1
        first = days[:complete]
        steps = pairwise(first)
        first_sequence += len(first) == complete and all(later - day <= gap for day, later in steps)
    return Completion(counts, under_way, first_sequence, complete)


def slow_responses(patients: Sequence[Windowed]) -> tuple[Response, ...]:
    treated = [patient for patient in patients if patient.last_infusion is not None]
    found = []
    for window in WINDOWS:
        due = [p for p in treated if _closed(p, window)]
        answered = sum(bool(patient.at(window)) for patient in due)
        found.append(Response(window, answered, len(due), len(treated) - len(due), RESPONSE_GOALS.get(window)))
    return tuple(found)


def _closed(patient: Windowed, window: str) -> bool:
    last = patient.last_infusion
    return last is not None and last + timedelta(days=WINDOW_CLOSES[window]) <= patient.as_of
