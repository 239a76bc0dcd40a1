"""What patients see of their own scores: better, about the same, harder, in plain words and without numbers."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.reliable import Comparison

OWN_VIEW = Rule(
    "PRO-147",
    "Patients see their own scores only where the plan of their protocol says so, on the device that holds the "
    "finished form, in words: better, about the same, harder, too early. No number, no answer, no single question "
    "and nothing that names a person.",
    source="clinic default",
)
HONEST = Rule(
    "PRO-149",
    "The patients' view says that most people do not see a big change in most of these: after the last infusion "
    "15.7% to 46.4% improved by the smallest meaningful change, fewer than half on every measure; of all 33 cells "
    "only catastrophizing at 6 months is above half (51.7%).",
    source="Tankha 2025, Table 2",
)

DOMAINS = {
    "PROMIS Pain Interference": "pain",
    "PHQ-9": "mood",
    "GAD-7": "worry",
    "PROMIS Fatigue": "tired",
    "PROMIS Sleep Disturbance": "sleep",
    "PROMIS Physical Function": "move",
    "PROMIS Social Role Satisfaction": "others",
    "PROMIS Social Participation Satisfaction v1.0": "others",
    "PROMIS Self-Efficacy Managing Symptoms": "cope",
    "PROMIS Global Physical Health": "body",
    "PROMIS Global Mental Health": "mind",
    "PCS total": "thoughts",
    "Demo pain interference": "pain",
    "Demo fatigue": "tired",
    "Demo sleep": "sleep",
    "Demo function": "move",
    "Demo social roles": "others",
    "Demo self-efficacy": "cope",
    "Demo body": "body",
    "Demo mind": "mind",
    "Demo pain thoughts": "thoughts",
}
GROUPS = ("better", "same", "worse", "early")
GROUP_OF = {"better": "better", "unchanged": "same", "worse": "worse", "": "early"}


@dataclass(frozen=True, slots=True)
class Group:
    """Everything of one kind. title and note in the patient's language; names: what it is about."""

    kind: str
    title: str
    note: str
    names: tuple[str, ...]


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("outcomes").joinpath("words", "own_scores.toml").read_text(encoding="utf-8"))


def own_words(language: str) -> Mapping[str, Any]:
    """Return the sentences of one language, English where it is not known."""
    return _words().get(language, _words()["en"])


def groups(found: Iterable[tuple[str, Comparison | None]], language: str) -> list[Group]:
    """Sort measures, given by name with what became of them, into what is shown; empty groups are left out.

    Two measures of one thing are said once, by the first of them that can be compared.
    """
    kinds: dict[str, str] = {}
    for name, moved in found:
        domain = DOMAINS.get(name)
        kind = GROUP_OF[moved.word] if moved else "early"
        if domain and kinds.get(domain, "early") == "early":
            kinds[domain] = kind
    words = own_words(language)
    shown = [(kind, [domain for domain, mine in kinds.items() if mine == kind]) for kind in GROUPS]
    return [
        Group(kind, words[kind], words[f"{kind}_note"], tuple(words["domains"][one] for one in domains))
        for kind, domains in shown
        if domains
    ]


def refusal(*, allowed: bool, language: str) -> list[Problem]:
    """Return why a patient does not see the scores here (PRO-147)."""
    return [] if allowed else [Blocker(OWN_VIEW.id, own_words(language)["closed"])]
