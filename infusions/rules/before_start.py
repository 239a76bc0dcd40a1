"""What is asked and read before the start: the patient's answers, the IV line, the pump by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infusions.states import Function, IvSide, IvSite
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

INF_27 = Rule(
    "INF-27",
    "Before the first infusion of a sequence the patient is asked for pain now, average and worst, functional "
    "status and analgesics.",
    source="Tankha 2025",
)
INF_28 = Rule(
    "INF-28",
    "Where the clinic asks for it, a second person reads the pump and types both numbers without seeing the first "
    "reading.",
    source="clinic default",
)
PAIN_MOST = 10  # INF-29
INF_29 = Rule(
    "INF-29",
    "Pain is a whole number from 0 to 10, now and, over the last week, on average and at worst; functional status "
    "is one of the list; analgesics are listed, or the patient takes none.",
    source="Tankha 2025; the list of functional status is a clinic default",
)
GAUGES = (18, 20, 22, 24)  # INF-30
ATTEMPTS_MOST = 9
INF_30 = Rule(
    "INF-30",
    "An IV line is recorded with its site and side, a gauge of 18, 20, 22 or 24 and 1 to 9 attempts; attempts "
    "that placed none are recorded the same way.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the patient said. analgesics: one a line, "" where none; no_analgesics: asked, and takes none."""

    pain_now: int | None
    pain_average: int | None
    pain_worst: int | None
    function: str
    analgesics: str = ""
    no_analgesics: bool = False
    function_note: str = ""


def intake_problems(answers: Answers, *, corrects: bool = False, reason: str = "") -> list[Problem]:
    """Return what the record of the answers still lacks. reason: why an earlier record is corrected."""
    problems: list[Problem] = []
    for name, words in (("pain_now", "now"), ("pain_average", "on average"), ("pain_worst", "at its worst")):
        value = getattr(answers, name)
        if value is None or not 0 <= value <= PAIN_MOST:
            problems.append(Blocker(INF_29.id, f"Tap the pain {words}, 0 to 10.", name))
    if answers.function not in Function.values:
        problems.append(Blocker(INF_29.id, "Tap how much help the patient needs in daily life.", "function"))
    if answers.no_analgesics and answers.analgesics:
        sentence = "Analgesics are listed and “takes none” is tapped. Which is it?"
        problems.append(Blocker(INF_29.id, sentence, "analgesics"))
    if not answers.no_analgesics and not answers.analgesics:
        sentence = "List the analgesics, one a line, or tap that the patient takes none."
        problems.append(Blocker(INF_29.id, sentence, "analgesics"))
    if corrects and not reason:
        problems.append(
            Blocker(INF_29.id, "Say why it is corrected. The old answers stay, struck through.", "reason")
        )
    return problems


def intake_missing() -> list[Problem]:
    sentence = "Pain, functional status and analgesics are not asked. Ask before the first infusion."
    return [Blocker(INF_27.id, sentence, "intake")]


def second_reading_missing(*, floor_nurses: int) -> list[Problem]:
    """floor_nurses: on the floor now, the one who prepares among them."""
    sentence = "A second person has not read the pump. Ask another nurse to read both numbers and sign in here."
    if floor_nurses <= 1:
        sentence = (
            "You are the only nurse on the floor. Ask the provider on site to read the pump and sign in here; do "
            "not read it twice yourself."
        )
    return [Blocker(INF_28.id, sentence, "pump")]


def second_reader_problems(*, first_by: str, same_person: bool, may_read: bool, reader: str) -> list[Problem]:
    """Return why this person's reading does not count as the second. first_by: "" where nobody has read it yet."""
    if not first_by:
        sentence = "Nobody has read the pump yet. Read it yourself first; then the second person reads it."
        return [Blocker(INF_28.id, sentence)]
    if same_person:
        sentence = f"{first_by} made the first reading. The second is made by somebody else."
        return [Blocker(INF_28.id, sentence, "witness_username")]
    if not may_read:
        sentence = f"{reader} may not read the pump. Ask a nurse or the provider on site."
        return [Blocker(INF_28.id, sentence, "witness_username")]
    return []


def iv_problems(detail: Mapping[str, Any]) -> list[Problem]:
    """Return what the record of an IV line lacks; a record without any of it says only that it is in."""
    if not detail:
        return []
    problems: list[Problem] = []
    for name, listed, words in (("site", IvSite.values, "site"), ("side", IvSide.values, "side")):
        if detail.get(name) not in listed:
            problems.append(Blocker(INF_30.id, f"Tap the {words} of the line.", name))
    if detail.get("gauge") not in GAUGES:
        problems.append(Blocker(INF_30.id, "Tap the gauge.", "gauge"))
    attempts = detail.get("attempts")
    if not isinstance(attempts, int) or not 1 <= attempts <= ATTEMPTS_MOST:
        problems.append(Blocker(INF_30.id, f"Tap how many attempts it took, 1 to {ATTEMPTS_MOST}.", "attempts"))
    return problems


def iv_words(detail: Mapping[str, Any]) -> str:
    """ "left forearm, 22 G, 1 attempt"; "" for a record without them."""
    if not detail.get("site"):
        return ""
    side, site = IvSide(detail["side"]).label, IvSite(detail["site"]).label
    attempts = detail["attempts"]
    place = f"{side} {site}".lower()
    return f"{place}, {detail['gauge']} G, {attempts} attempt{'' if attempts == 1 else 's'}"
