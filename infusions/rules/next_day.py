"""How the patient is on the day after an infusion: who is asked, until when, and what an answer needs."""

from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

DIS_20 = Rule(
    "DIS-20",
    "Whoever was infused is asked on the next clinic day how they are: at the chair when they sit in the suite "
    "again that day, else by phone.",
    source="clinic default",
)

KEEPS_DAYS = 7  # DIS-21: on the seventh day after the infusion it is still asked
DIS_21 = Rule(
    "DIS-21",
    "Who was not reached stays on the list until 7 days after the infusion.",
    source="clinic default",
)
DIS_22 = Rule(
    "DIS-22",
    "An answer says well or not well; what is not well is written down in words and told to a provider.",
    source="clinic default",
)
DIS_23 = Rule(
    "DIS-23",
    "Well is recorded once for an infusion; not well is recorded whenever the patient says so.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What somebody is about to record. well: None while nothing was chosen; answered_by: who has an answer."""

    infused_on: date | None
    today: date
    reached: bool
    well: bool | None
    words: str
    provider_told: str
    answered_by: str = ""


def is_asked(*, infused_on: date, today: date) -> bool:
    """Return whether the list of this day still asks about that infusion (DIS-20, DIS-21)."""
    return 1 <= (today - infused_on).days <= KEEPS_DAYS


def answer_problems(facts: AnswerFacts) -> list[Problem]:
    """Return what an answer still lacks, or why it cannot be one."""
    if facts.infused_on is None:
        return [Blocker(DIS_20.id, "Nothing was infused at this visit, so nobody is asked about it.")]
    problems: list[Problem] = []
    if facts.infused_on >= facts.today:
        sentence = "This infusion was today. Chart what happens on the chart; the day after is asked tomorrow."
        problems.append(Blocker(DIS_20.id, sentence))
    if not facts.reached:
        return problems
    if facts.well is None:
        problems.append(Blocker(DIS_22.id, "Choose well or not well.", "well"))
    if facts.well is False and not facts.words.strip():
        problems.append(Blocker(DIS_22.id, "Write down what the patient says.", "words"))
    if facts.well is False and not facts.provider_told.strip():
        problems.append(Blocker(DIS_22.id, "Tell a provider, then record who was told.", "provider"))
    if facts.well and facts.answered_by:
        sentence = f"{facts.answered_by} has recorded an answer already. Reload to see it; nothing was added."
        problems.append(Blocker(DIS_23.id, sentence))
    return problems
