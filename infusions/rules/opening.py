"""Is the suite open for the day? What was checked in the morning, by whom, and who is on site."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from infusions.states import OpeningItem
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

CHECKED_BY_HAND = (OpeningItem.RESUSCITATION, OpeningItem.OXYGEN, OpeningItem.MONITORS)  # OPN-01
OPN_01 = Rule(
    "OPN-01",
    "Each clinic day somebody checks the resuscitation equipment, oxygen and suction, and the monitors; the "
    "newest check of each counts.",
    source="clinic default",
)
OPN_02 = Rule(
    "OPN-02",
    "What is not in order is said in words and closes the suite until it is checked in order.",
    source="clinic default",
)
OPN_03 = Rule(
    "OPN-03",
    "Each vault that held ketamine when the day began is counted on that day.",
    source="clinic default",
)
OPN_04 = Rule("OPN-04", "At least one trained nurse is on the floor.", source="clinic default")
OPN_05 = Rule(
    "OPN-05",
    "The provider on site is attested by name by somebody who has seen them, while the roster has them here.",
    source="clinic default",
)
INF_25 = Rule(
    "INF-25",
    "No infusion starts before the suite's opening list of the day is complete.",
    source="clinic default",
)
INF_26 = Rule(
    "INF-26",
    "The provider on site was seen and named today, and has been here without a gap since; whoever left is "
    "attested anew.",
    source="clinic default",
)
NOT_YET = "Go through the opening list first."


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """The opening list of a day at one minute.

    unchecked: labels nobody has checked today; wrong: one sentence for each that is not in order; uncounted: names
    of vaults; provider_here: somebody is on site by the roster; attested: the newest attestation still holds;
    attested_before: who was attested and has left since, or ""; nurses: on the floor.
    """

    unchecked: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    provider_here: bool = True
    attested: bool = True
    attested_before: str = ""
    nurses: int = 1


OPENED = OpeningFacts()


def opening_problems(facts: OpeningFacts) -> list[Problem]:
    """Return what keeps the suite closed for starts; nobody on site is said by INF-20, no nurse by INF-21."""
    problems: list[Problem] = [
        Blocker(INF_25.id, f"{sentence} Put it right, then check it again on the opening list.", "suite")
        for sentence in facts.wrong
    ]
    if facts.unchecked:
        sentence = f"Not checked today: {in_words(facts.unchecked)}. {NOT_YET}"
        problems.append(Blocker(INF_25.id, sentence, "suite"))
    if facts.uncounted:
        sentence = f"Not counted today: {in_words(facts.uncounted)}. Count it, then start."
        problems.append(Blocker(INF_25.id, sentence, "suite"))
    if facts.provider_here and not facts.attested:
        gone = f"{facts.attested_before} was away since. " if facts.attested_before else ""
        sentence = f"{gone}Name the provider you have seen on site, on the opening list."
        problems.append(Blocker(INF_26.id, sentence, "suite"))
    return problems


def check_problems(
    *, item: str, in_order: bool, note: str, may: bool, provider_named: bool, provider_here: bool
) -> list[Problem]:
    """Return why a check cannot be recorded. provider_here: the named provider is on site by the roster."""
    if not may:
        return [Blocker(OPN_01.id, "Only somebody who charts at this clinic checks the opening list.")]
    if item not in OpeningItem.values:
        return [Blocker(OPN_01.id, "Choose what was checked.", "item")]
    if not in_order and not note:
        return [Blocker(OPN_02.id, "Say what is not in order. Nothing was saved.", "note")]
    attests = item == OpeningItem.PROVIDER and in_order
    if attests and not provider_named:
        return [Blocker(OPN_05.id, "Choose the provider you have seen on site.", "provider")]
    if attests and not provider_here:
        sentence = (
            "The roster does not have this provider on site now. Have the roster changed first, then attest."
        )
        return [Blocker(OPN_05.id, sentence, "provider")]
    return []


def here_without_a_gap(
    spans: Iterable[tuple[datetime, datetime]],
    outs: Iterable[tuple[datetime, datetime]],
    *,
    since: datetime,
    now: datetime,
) -> bool:
    """Whether somebody on site in ``spans`` and away in ``outs`` was here from ``since`` to ``now``.

    A minute counts from its beginning: gone from 10:00 is away at 10:00, on site to 10:00 likewise.
    """
    if since > now or any(first <= now and last > since for first, last in outs):
        return False
    reached = since
    for first, last in sorted(spans):
        if first <= reached < last:
            reached = last
    return reached > now


def in_words(names: Iterable[str]) -> str:
    """ "oxygen and suction, monitors and Main vault"."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last
