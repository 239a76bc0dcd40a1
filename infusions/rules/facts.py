"""Facts at the chair are never refused for where the infusion stands; what fits badly is marked and looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infusions.rules.running import charted_late, time_problems
from infusions.states import Intervention, Severity, SideEffect
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MINUTE = timedelta(minutes=1)  # times are typed to the minute
UNMATCHED = "unmatched"  # in a fact's detail: it fits nothing the chart knows
CHS_04 = Rule("CHS-04", "A side effect is recorded with what it is and how strong.", source="clinic default")
CHS_06 = Rule("CHS-06", "A call to a provider is recorded with who was called.", source="clinic default")
CHS_08 = Rule(
    "CHS-08",
    "What happened is stored wherever the infusion stands; what comes more than 15 min late, or fits nothing "
    "(a symptom after discharge, a stop of what does not run), is marked and listed until somebody has looked.",
    source="clinic default",
)
OLDEST = timedelta(days=7)  # CHS-09: seven days to the second are accepted
CHS_09 = Rule(
    "CHS-09",
    "A side effect, an intervention or a call is dated at most 7 days back.",
    source="clinic default",
)
CHS_10 = Rule(
    "CHS-10",
    "What is late or fits nothing is looked at by somebody other than the person who recorded it.",
    source="clinic default",
)
CHS_11 = Rule(
    "CHS-11",
    "A side effect or an intervention called other, and a medication, is named in words.",
    source="clinic default",
)
CHS_12 = Rule(
    "CHS-12",
    "A call to a provider or to the emergency team stands on the chart until somebody records that they came or "
    "how they answered.",
    source="clinic default",
)
CHS_13 = Rule(
    "CHS-13",
    "A fact recorded by mistake is struck out with a reason; it stays on the chart, struck through, and counts "
    "no more. Starts, stops, pauses and doses are not struck out.",
    source="clinic default",
)
IN_WORDS = {
    Intervention.MEDICATION: "Name the medication, its dose and route.",
    Intervention.OTHER: "Say what was done.",
}
# What is never refused for its time alone: what was seen and done, beside the drug.
SEEN_AND_DONE = frozenset(
    {
        "side_effect",
        "intervention",
        "provider_called",
        "provider_arrived",
        "emergency_team",
        "emergency_arrived",
    }
)


def fact_time_problems(kind: str, occurred_at: datetime, *, at: datetime) -> list[Problem]:
    """Return why this cannot be when it happened (RUN-01; CHS-09 for what was seen and done)."""
    if kind not in SEEN_AND_DONE or occurred_at > at:
        return time_problems(occurred_at, at=at)
    if occurred_at < at - OLDEST:
        sentence = "This is more than 7 days ago. Write it into the patient's record and tell the physician."
        return [Blocker(CHS_09.id, sentence, "occurred_at")]
    return []


def fits(kind: str, occurred_at: datetime, *, arrived_at: datetime, left_at: datetime | None) -> bool:
    """Whether what was seen and done happened while the patient was here. left_at: None while nobody left."""
    if kind not in SEEN_AND_DONE:
        return True
    return occurred_at >= arrived_at - MINUTE and (left_at is None or occurred_at <= left_at)


def needs_look(*, occurred_at: datetime, received_at: datetime, unmatched: bool) -> bool:
    """Whether a fact stands on the list of what is looked at (CHS-08)."""
    return unmatched or charted_late(occurred_at=occurred_at, received_at=received_at)


def look_problems(*, listed: bool, is_own: bool) -> list[Problem]:
    """Return why this person cannot say that the fact was looked at."""
    if not listed:
        return [Blocker(CHS_08.id, "This came in time and fits the chart. There is nothing to look at.")]
    if is_own:
        return [Blocker(CHS_10.id, "You recorded this. Ask a colleague to look at it.")]
    return []


def strike_problems(*, kind: str, reason: str, struck: bool) -> list[Problem]:
    """Return why this fact is not struck out."""
    problems: list[Problem] = []
    if kind not in SEEN_AND_DONE:
        sentence = "Only side effects, interventions and calls are struck out. Ask the physician about this one."
        problems.append(Blocker(CHS_13.id, sentence))
    if struck:
        problems.append(Blocker(CHS_13.id, "This is struck out already. Reload the chart to see it."))
    if not reason.strip():
        problems.append(Blocker(CHS_13.id, "Say why it is struck out.", "reason"))
    return problems


def side_effect_problems(detail: Mapping[str, Any], note: str) -> list[Problem]:
    problems: list[Problem] = []
    symptom = detail.get("symptom")
    if symptom not in SideEffect.values:
        problems.append(Blocker(CHS_04.id, "Choose the side effect.", "symptom"))
    if symptom == SideEffect.OTHER and not note.strip():
        problems.append(Blocker(CHS_11.id, "Say which side effect it is.", "note"))
    if detail.get("severity") not in Severity.values:
        problems.append(Blocker(CHS_04.id, "Choose how strong it is.", "severity"))
    return problems


def intervention_problems(detail: Mapping[str, Any], note: str) -> list[Problem]:
    what = detail.get("what")
    if what not in Intervention.values:
        return [Blocker(CHS_11.id, "Choose what was done.", "what")]
    wanted = IN_WORDS.get(Intervention(what), "")
    return [Blocker(CHS_11.id, wanted, "note")] if wanted and not note.strip() else []


def call_problems(detail: Mapping[str, Any]) -> list[Problem]:
    if str(detail.get("provider", "")).strip():
        return []
    return [Blocker(CHS_06.id, "Say who was called.", "provider")]


def answer_problems(detail: Mapping[str, Any], note: str) -> list[Problem]:
    """What is missing from a call's answer: who; and what was said, where nobody came."""
    problems: list[Problem] = []
    if not str(detail.get("provider", "")).strip():
        problems.append(Blocker(CHS_12.id, "Say who came or answered.", "provider"))
    if not detail.get("came", True) and not note.strip():
        problems.append(Blocker(CHS_12.id, "Nobody came. Write down what was said on the phone.", "note"))
    return problems


@dataclass(frozen=True, slots=True)
class Call:
    """A call and whether somebody has answered it. at: when it was made."""

    at: datetime
    answered_at: datetime | None = None


def calls(made: Iterable[datetime], answered: Iterable[datetime]) -> tuple[Call, ...]:
    """Return the calls in order, each with the first answer at or after it (CHS-12), to the minute."""
    ends = sorted(answered)
    return tuple(Call(since, next((end for end in ends if end > since - MINUTE), None)) for since in sorted(made))
