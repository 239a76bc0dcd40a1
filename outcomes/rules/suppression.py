"""Which counts of patients may stand in a view that is shared, so that nobody in a small group can be found.

A count is hidden when it is small itself, and when a small one could be worked out from it by subtraction. What
is hidden looks the same either way: a reader cannot tell which of the two it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kitclinic.register import Rule
from outcomes.rules.statistics import percent

SMALLEST_SHOWN = 11  # OUT-60, patients

SMALL_CELLS = Rule(
    "OUT-60",
    "In a shared view a count of 1 to 10 patients is not shown, nor a percentage or mean of them; 0 is shown.",
    source="CMS cell size suppression policy",
)
COMPLEMENTS = Rule(
    "OUT-61",
    "Where parts make up a total that is shown, a hidden part takes others with it, the next ones in the table, "
    "until at least two are hidden that hold at least 11 patients together and cannot all be 10.",
    source="CMS cell size suppression policy; clinic default",
)
WITHIN = Rule(
    "OUT-62",
    "Of counts that contain one another, each is shown only when it differs from the next larger one shown by "
    "none or by at least 11 patients.",
    source="CMS cell size suppression policy; clinic default",
)

PERCENT_ALONE = Rule(
    "OUT-76",
    "Where a total is hidden because a larger one is shown, its percentage is shown alone only when it could be "
    "of any of the ten totals just below the larger one.",
    source="CMS cell size suppression policy; clinic default",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a group may be shown. parts: one value per part, in their order."""

    total: bool
    parts: tuple[bool, ...]


def is_small(patients: int) -> bool:
    """True for a count that may not be shown by itself (OUT-60)."""
    return 0 < patients < SMALLEST_SHOWN


def shown_parts(parts: Sequence[int], *, total: int | None = None) -> Shown:
    """Return which parts of a total may be shown beside it (OUT-60, OUT-61).

    parts: patients in each, in the order of the table. total: patients in all of them; their sum unless a patient
    may be in several parts. Raises ValueError for a negative count, or for more patients than the parts hold.
    """
    whole = sum(parts) if total is None else total
    if min([*parts, whole], default=0) < 0 or whole > sum(parts):
        raise ValueError("parts of a group are counts, and the whole is in them")
    if is_small(whole):
        return Shown(total=False, parts=(False,) * len(parts))
    hidden = [is_small(part) for part in parts]
    if not any(hidden):
        return Shown(total=True, parts=(True,) * len(parts))
    first = hidden.index(True)
    for place in (*range(first + 1, len(parts)), *range(first)):
        taken = [part for part, out in zip(parts, hidden, strict=True) if out]
        if len(taken) > 1 and not is_small(sum(taken)) and sum(taken) != len(taken) * (SMALLEST_SHOWN - 1):
            break  # as many small ones as could be would each be the largest small number
        hidden[place] = hidden[place] or parts[place] > 0
    return Shown(total=True, parts=tuple(not out for out in hidden))


def shown_within(counts: Sequence[int]) -> tuple[bool, ...]:
    """Return which of several counts may be shown, each of patients who are all in the one before (OUT-62).

    Raises ValueError when a count is greater than the one before it.
    """
    if any(count < 0 for count in counts) or any(b > a for a, b in pairwise(counts)):
        raise ValueError("each count is of patients who are in the one before")
    found: list[bool] = []
    last_shown: int | None = None
    for count in counts:
        shown = not is_small(count) and (last_shown is None or not is_small(last_shown - count))
        last_shown = count if shown else last_shown
        found.append(shown)
    return tuple(found)


def tells_no_total(share: Decimal, most: int) -> bool:
    """Return whether a percentage, to 0.1, may stand without its counts beside a number that holds them (OUT-76).

    most: the number shown, which the hidden total is less than by 1 to 10: every such total must be possible.
    """
    return all(_possible(share, most - less) for less in range(1, SMALLEST_SHOWN))


def _possible(share: Decimal, total: int) -> bool:
    """True when some count of a total is this percentage."""
    if total <= 0:
        return False
    near = int(share * total / 100)
    return any(percent(count, total) == share for count in range(max(near - 1, 0), min(near + 2, total) + 1))
