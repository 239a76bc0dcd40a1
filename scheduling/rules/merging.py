"""Two records of one person: when they may be merged, and what that asks for afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

ENR_43 = Rule(
    "ENR-43",
    "Two records of one clinic are merged with a reason. Neither is a registry's, neither is merged already, and "
    "a record that others lead to is the one that is kept.",
    source="clinic default",
)
ENR_44 = Rule(
    "ENR-44",
    "A record is merged into another one only when nothing is open on it: no sequence, no seat in a group visit, "
    "no place on the waiting list. A merged record takes no new entries.",
    source="clinic default",
)
ENR_45 = Rule(
    "ENR-45",
    "When the merged record held an assessment, the kept patient is assessed again before a seat, a clearance "
    "or a sequence.",
    source="clinic default",
)
ENR_46 = Rule(
    "ENR-46",
    "A merge can be undone with a reason; the record that comes back is a referral, and every question is asked "
    "again.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """One of two records. leads_to: number of the record it was merged into; folded: numbers that lead to it.

    open_things: what is open on it, in words ("an open sequence").
    """

    key: int
    record_number: str
    is_registry: bool = False
    leads_to: str = ""
    folded: tuple[str, ...] = ()
    open_things: tuple[str, ...] = ()


def merge_problems(kept: MergeRecord, folded: MergeRecord, *, reason: str) -> list[Problem]:
    """Return everything against merging ``folded`` into ``kept``, all at once."""
    if kept.key == folded.key:
        return [Blocker(ENR_43.id, "A record cannot be merged into itself. Choose another one.")]
    problems: list[Problem] = []
    for record in (kept, folded):
        if record.is_registry:
            sentence = f"{record.record_number} comes from a registry; nothing imported is changed."
            problems.append(Blocker(ENR_43.id, sentence))
        if record.leads_to:
            sentence = (
                f"{record.record_number} is already merged into {record.leads_to}. "
                "Reload the page to see where both records stand."
            )
            problems.append(Blocker(ENR_43.id, sentence))
    if folded.folded:
        numbers = ", ".join(folded.folded)
        sentence = (
            f"{numbers} was merged into {folded.record_number}. Keep {folded.record_number}, or undo that first."
        )
        problems.append(Blocker(ENR_43.id, sentence))
    if folded.open_things:
        sentence = (
            f"{folded.record_number} has {_listed(folded.open_things)}. "
            "End or cancel that first, or keep this record and merge the other one."
        )
        problems.append(Blocker(ENR_44.id, sentence))
    if not reason.strip():
        problems.append(Blocker(ENR_43.id, "Say how you know that both are the same person.", "reason"))
    return problems


def undo_problems(*, is_undone: bool, reason: str) -> list[Problem]:
    """Return what stands against undoing a merge."""
    problems: list[Problem] = []
    if is_undone:
        problems.append(Blocker(ENR_46.id, "This merge has been undone already. Reload the page."))
    if not reason.strip():
        problems.append(Blocker(ENR_46.id, "Say why the two are not the same person.", "reason"))
    return problems


def merged_problems(leads_to: str) -> list[Problem]:
    """Return why nothing is recorded here. leads_to: number of the kept record, "" for one that is not merged."""
    if not leads_to:
        return []
    return [Blocker(ENR_44.id, f"This record was merged into {leads_to}. Open {leads_to} and record it there.")]


def change_problems(*, leads_to: str, is_registry: bool) -> list[Problem]:
    """Return why this record is not edited at all."""
    if is_registry:
        return [Blocker(ENR_43.id, "This record comes from a registry; nothing imported is changed.")]
    return merged_problems(leads_to)


def assess_again_problems(*, due: bool) -> list[Problem]:
    """Return what a merge asks for before the next seat, clearance or sequence."""
    if not due:
        return []
    sentence = (
        "Another record with an assessment of its own was merged into this one since the last assessment. "
        "Read both and assess again."
    )
    return [Blocker(ENR_45.id, sentence)]


def _listed(things: Iterable[str]) -> str:
    words = list(things)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
