"""The plan of a protocol: what is asked at each occasion, how it reminds, and what patients see of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from math import ceil
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.flow import USUAL_ADAPTIVE
from outcomes.rules.instruments import definitions
from outcomes.rules.structure import Instrument
from outcomes.rules.windows import BASELINE, LAST, SIX_MONTHS, THREE_MONTHS
from outcomes.states import StepChannel

OCCASIONS = (BASELINE, LAST, THREE_MONTHS, SIX_MONTHS)
FOLLOW_UPS = (LAST, THREE_MONTHS, SIX_MONTHS)
IMPRESSION = "PGIC"  # compared with before treatment: never asked at baseline
STOP_RULE_WORDS = {
    "adult": "4 to 12 questions, until the score is certain enough (standard error below 0.3)",
    "recommended": "4 to 8 questions, and no more once another one hardly helps",
}
MOST_STEPS = 8  # PRO-86
LATEST_DAY = 60  # PRO-86: days after the invitation

PLAN = Rule(
    "PRO-80",
    "Each protocol has its own plan of what is asked at baseline, after the last infusion, at three and at six "
    "months. Without one of its own the clinic asks everything it can, one instrument for each domain, PHQ-9 "
    "first, then by importance; the impression of change at each follow-up.",
    source="Tankha 2025, Outcome measures; clinic default (order)",
)
LADDER = Rule(
    "PRO-86",
    "Who was asked is reminded by a ladder: by default a message on the day of asking, a reminder on day 2, the "
    "staff's call list on day 3, a reminder by the other channel on day 7, and one on the day before the window "
    "closes. A ladder has 1 to 8 steps, begins with a message on day 0, and no two of its messages leave on one "
    "day.",
    source="Neve 2021 (reminders by telephone); clinic default",
)
VERSIONS = Rule(
    "PRO-92",
    "A plan is never changed: another one with its own number and reason follows it, and what is asked already "
    "keeps the plan it was asked by. Of two changes at the same moment one is refused.",
    source="clinic default",
)


class Way(StrEnum):
    """How a step of the ladder reaches the patient."""

    BEST = "best"
    OTHER = "other"
    SMS = "sms"
    EMAIL = "email"
    CALL = "call"


WAY_WORDS = {
    Way.BEST: "text message, else e-mail",
    Way.OTHER: "the other channel, else the same",
    Way.SMS: "text message",
    Way.EMAIL: "e-mail",
    Way.CALL: "call list of the staff",
}
CHANNEL_WORDS = {
    StepChannel.SMS: "text message",
    StepChannel.EMAIL: "e-mail",
    StepChannel.CALL: "call",
    StepChannel.BEST: "no way to reach",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: so many days after asking, or so many days before the window closes."""

    way: Way
    after_days: int | None = None
    before_close: int | None = None

    @property
    def when(self) -> str:
        """Return "day 2", "the day before the window closes"."""
        if self.after_days is not None:
            return f"day {self.after_days}"
        if self.before_close == 1:
            return "the day before the window closes"
        return f"{self.before_close} days before the window closes"

    @property
    def words(self) -> str:
        return WAY_WORDS[self.way]

    def stored(self) -> dict[str, Any]:
        """Return the step as a plan stores it."""
        if self.after_days is not None:
            return {"after_days": self.after_days, "channel": self.way.value}
        return {"before_close": self.before_close, "channel": self.way.value}


DEFAULT_LADDER = (
    Step(Way.BEST, after_days=0),
    Step(Way.BEST, after_days=2),
    Step(Way.CALL, after_days=3),
    Step(Way.OTHER, after_days=7),
    Step(Way.BEST, before_close=1),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a protocol asks. number: 0 is the default, in no row. batteries: occasion -> names in order."""

    protocol: str
    number: int
    batteries: Mapping[str, tuple[str, ...]]
    ladder: tuple[Step, ...] = DEFAULT_LADDER
    stop_rule: str = "adult"
    screen_first: bool = False
    patients_see_scores: bool = False

    def battery(self, occasion: str, askable: Iterable[str]) -> tuple[str, ...]:
        """Return what is asked at an occasion, of what can be asked now."""
        known = set(askable)
        return tuple(name for name in self.batteries.get(occasion, ()) if name in known)


@dataclass(frozen=True, slots=True)
class Burden:
    """How much one occasion asks. about: an adaptive test makes the number an estimate."""

    questions: int
    minutes: int
    about: bool


def default_batteries(available: Iterable[str]) -> dict[str, list[str]]:
    """Return occasion -> names in the order they are asked, of the instruments that can be asked here (PRO-80).

    Of the instruments of one domain (the tens of their order) the first is taken, a demonstration last.
    """
    known = [definitions()[name] for name in set(available)]
    known.sort(key=lambda one: (one.order // 10, one.is_demo, one.order, one.name))
    first = [next(group).name for _, group in groupby(known, key=lambda one: one.order // 10)]
    return {
        occasion: [name for name in first if occasion != BASELINE or name != IMPRESSION] for occasion in OCCASIONS
    }


def ladder_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps that a plan stores."""
    return tuple(Step(Way(row["channel"]), row.get("after_days"), row.get("before_close")) for row in rows)


def burden(asked: Iterable[Instrument]) -> Burden:
    """Return how many questions a battery has, and the minutes they take."""
    questions, minutes, about = 0, 0, False
    for one in asked:
        questions += min(USUAL_ADAPTIVE, len(one.items)) if one.is_adaptive else len(one.items)
        minutes += one.minutes
        about = about or one.is_adaptive
    return Burden(questions, ceil(minutes), about)


def plan_problems(plan: Plan, *, known: Iterable[str], because: str) -> list[Problem]:
    """Return what makes no sense about a plan. known: every instrument of this clinic, installed or not."""
    problems: list[Problem] = []
    for occasion in OCCASIONS:
        problems += _battery_problems(occasion, plan.batteries.get(occasion, ()), set(known))
    problems += ladder_problems(plan.ladder)
    if plan.stop_rule not in STOP_RULE_WORDS:
        problems.append(Blocker(PLAN.id, "Choose one of the two stopping rules.", "stop_rule"))
    if not because.strip():
        problems.append(
            Blocker(VERSIONS.id, "Say why the plan changes; the team reads it in its history.", "because")
        )
    return problems


def _battery_problems(occasion: str, names: Sequence[str], known: set[str]) -> list[Problem]:
    field = f"battery_{occasion}"
    if not names:
        return [Blocker(PLAN.id, "Choose at least one questionnaire for each occasion.", field)]
    problems: list[Problem] = []
    unknown = [name for name in names if name not in known]
    if unknown:
        problems.append(Blocker(PLAN.id, f"{', '.join(unknown)}: not a questionnaire of this clinic.", field))
    if len(set(names)) < len(names):
        problems.append(Blocker(PLAN.id, "Each questionnaire is asked once at an occasion.", field))
    if occasion == BASELINE and IMPRESSION in names:
        sentence = "The impression of change compares with before treatment: it cannot be asked at baseline."
        problems.append(Blocker(PLAN.id, sentence, field))
    return problems


def ladder_problems(ladder: Sequence[Step]) -> list[Problem]:
    """Return what makes no sense about a ladder (PRO-86)."""
    if not 1 <= len(ladder) <= MOST_STEPS:
        return [Blocker(LADDER.id, f"A ladder has 1 to {MOST_STEPS} steps.", "ladder")]
    problems: list[Problem] = []
    first = ladder[0]
    if first.after_days != 0 or first.way is Way.CALL:
        problems.append(Blocker(LADDER.id, "The first step is the invitation: a message on day 0.", "ladder"))
    days = [step.after_days for step in ladder if step.after_days is not None]
    if any(not 0 <= day <= LATEST_DAY for day in days):
        problems.append(Blocker(LADDER.id, f"A step is taken on day 0 to {LATEST_DAY} after asking.", "ladder"))
    if any(later < earlier for earlier, later in pairwise(days)):
        problems.append(Blocker(LADDER.id, "The steps stand in the order of their days.", "ladder"))
    messages = [step.after_days for step in ladder if step.after_days is not None and step.way is not Way.CALL]
    if len(set(messages)) < len(messages):
        problems.append(Blocker(LADDER.id, "Two messages on one day are one too many.", "ladder"))
    return problems
