"""Outcomes keep protocols apart: each patient counts under one, the first, until another one begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from kitclinic.register import Rule
from outcomes.rules.windows import Infusion, Score

ORD_47 = Rule(
    "ORD-47",
    "A patient's outcomes count under the protocol of the first infusion, until the day before the first infusion "
    "under another protocol. Protocols are never pooled, and whom a page does not count it says.",
    source="Tankha 2025 (one protocol); clinic default",
)


@dataclass(frozen=True, slots=True)
class Apart:
    """What of one patient counts under the protocol of the first infusion. switched: another one followed."""

    protocol: str
    infusions: tuple[Infusion, ...]
    scores: tuple[Score, ...]
    switched: bool


def apart(given: Sequence[tuple[str, Infusion]], scores: Sequence[Score]) -> Apart | None:
    """Return what counts of a patient, None without an infusion. given: protocol and infusion, in any order."""
    if not given:
        return None
    ordered = sorted(given, key=lambda one: one[1].date)
    protocol = ordered[0][0]
    until = next((infusion.date for slug, infusion in ordered if slug != protocol), None)
    if until is None:
        return Apart(protocol, tuple(infusion for _, infusion in given), tuple(scores), False)
    return Apart(
        protocol,
        tuple(infusion for slug, infusion in given if slug == protocol and infusion.date < until),
        tuple(score for score in scores if score.date < until),
        True,
    )
