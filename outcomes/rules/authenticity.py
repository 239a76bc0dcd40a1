"""Whether an item bank is what it says: the published table of a short form, recomputed from the parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.estimation import T_SCALE, Scale, eap_sum_table
from outcomes.rules.irt import Bank

MOST_APART = 1  # PRO-59, tenths of a point
SHOWN = 5  # rows that are named one by one

AUTHENTIC = Rule(
    "PRO-59",
    "The published table of each short form whose items are in a bank is recomputed from the bank's parameters; a "
    "row more than 0.1 off refuses the import, and where nothing can be compared the report says so.",
    source="our computation: it reproduces six published tables to 0.1; another version differs in 13 of 17 rows",
)


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short form of the bank's family. codes: of its items, () where they are not known yet.

    rows: raw sum -> published score in points, empty where no table is shipped or installed.
    """

    name: str
    codes: Sequence[str]
    rows: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class FormCheck:
    """What came of one short form."""

    form: str
    state: Literal["agrees", "differs", "not checked"]
    sentence: str


def check_forms(bank: Bank, forms: Iterable[ShortForm], *, scale: Scale = T_SCALE) -> list[FormCheck]:
    """Compare a bank with the short forms of its family (PRO-59)."""
    return [_check(bank, form, scale) for form in forms]


def authenticity_problems(checks: Iterable[FormCheck]) -> list[Problem]:
    return [Blocker(AUTHENTIC.id, check.sentence) for check in checks if check.state == "differs"]


def _check(bank: Bank, form: ShortForm, scale: Scale) -> FormCheck:
    why_not = _why_not(bank, form)
    if why_not:
        return FormCheck(form.name, "not checked", f"{form.name} could not be compared: {why_not}")
    computed = {row.raw: row.t for row in eap_sum_table(bank, form.codes, scale=scale)}
    wrong = [
        raw
        for raw in sorted(computed.keys() | form.rows.keys())
        if raw not in computed
        or raw not in form.rows
        or abs(computed[raw] - int(form.rows[raw] * 10)) > MOST_APART
    ]
    count = len(computed.keys() | form.rows.keys())
    if not wrong:
        sentence = f"{form.name}: all {count} rows of its table come out of these parameters, to 0.1."
        return FormCheck(form.name, "agrees", sentence)
    return FormCheck(form.name, "differs", _differs(form, computed, wrong, count))


def _why_not(bank: Bank, form: ShortForm) -> str:
    if not form.rows:
        return "its score table is neither shipped nor installed."
    if not form.codes:
        return "its items are not known here; they come with its wording."
    known = {item.id for item in bank.items}
    absent = [code for code in form.codes if code not in known]
    if absent:
        return f"the bank has no item {', '.join(absent[:SHOWN])} of it."
    return ""


def _differs(form: ShortForm, computed: Mapping[int, int], wrong: Sequence[int], count: int) -> str:
    rows = "; ".join(
        f"raw {raw}: published {form.rows.get(raw, 'none')}, computed {_points(computed.get(raw))}"
        for raw in wrong[:SHOWN]
    )
    more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return (
        f"{form.name}: {len(wrong)} of {count} rows differ by more than 0.1; this looks like another version, or "
        f"like items that are swapped or reversed. {rows}{more}."
    )


def _points(tenths: int | None) -> str:
    return "none" if tenths is None else f"{Decimal(tenths) / 10:.1f}"
