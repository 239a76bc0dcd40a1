"""Our own words on the patient's pages, by language; wording of instruments is never translated here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

LANGUAGES = ("en", "es")

OWN_WORDS = Rule(
    "PRO-70",
    "Our own words on the patient's pages come in English and Spanish; an instrument is shown only in wording "
    "that is shipped or installed for it, with a sentence where that is another language than the page's.",
    source="outcomes reference, section 8; clinic default",
)


@dataclass(frozen=True)
class Told(Blocker):
    """A problem that the patient reads. key, values: of the words, so that it can be said in any language."""

    key: str = ""
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. ``say("minutes_left", n=3)``: filled in, by number where it has two forms."""

    language: str
    own_name: str
    plain: Mapping[str, Any]
    sections: Mapping[str, str]
    texts: Mapping[str, str | Mapping[str, str]]

    def say(self, key: str, **values: object) -> str:
        """Return a text with its values; dates are written out. KeyError for a key or value that is missing."""
        text = self.texts[key]
        if not isinstance(text, str):
            text = text["one" if values["n"] == 1 else "other"]
        return text.format(**{name: self._written(value) for name, value in values.items()})

    def day(self, day: date) -> str:
        """Return a date as patients read it: "Tuesday, September 8"."""
        weekday, month = self.plain["weekdays"][day.weekday()], self.plain["months"][day.month - 1]
        return str(self.plain["day"]).format(weekday=weekday, month=month, day=day.day)

    def clock(self, local: datetime) -> str:
        """Return a time of day: "8:00 am". local: of the clinic's clock."""
        half = self.plain["am"] if local.hour < 12 else self.plain["pm"]
        values = {"hour12": (local.hour - 1) % 12 + 1, "minute": f"{local:%M}", "half": half}
        return str(self.plain["clock"]).format(space="\N{NO-BREAK SPACE}", **values)

    def section(self, instrument: str) -> str:
        """Return what a part of a questionnaire is about. instrument: its name."""
        held = (words for name, words in self.sections.items() if name in instrument)
        return next(held, self.sections["other"])

    def _written(self, value: object) -> object:
        return self.day(value) if isinstance(value, date) else value


@cache
def words(language: str) -> Words:
    """Return the words of a language; of one we do not have, English."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    data = tomllib.loads(files("outcomes").joinpath("words", f"{known}.toml").read_text(encoding="utf-8"))
    plain = {key: value for key, value in data.items() if key not in ("say", "sections")}
    return Words(known, data["own_name"], plain, data["sections"], data["say"])


def told(rule: str, key: str, *, field: str = "", **values: object) -> Told:
    """Return a problem for the patient's own screen, in English until ``in_language`` says it otherwise."""
    return Told(rule, words("en").say(key, **values), field, key, tuple(values.items()))


def in_language(problem: Problem, language: str) -> str:
    """Return the sentence of a problem in this language; one without words of its own as it is."""
    if not isinstance(problem, Told):
        return problem.sentence
    return words(language).say(problem.key, **dict(problem.values))


def preferred(accepted: str) -> str:
    """Return the language of ours that a browser asks for first (its Accept-Language header)."""
    for part in accepted.split(","):
        asked = part.split(";")[0].strip().lower()[:2]
        if asked in LANGUAGES:
            return asked
    return LANGUAGES[0]
