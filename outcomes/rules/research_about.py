"""What a research export says of itself: about.json, README.txt for people; nothing that was typed."""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from outcomes.rules.definitions import SWITCHES, Definitions
from outcomes.rules.filters import AGE_BANDS, WHICH, Filters, filter_words
from outcomes.rules.research import (
    BEFORE_START,
    DAY_OFFSETS,
    NO_FREE_TEXT,
    OLDEST,
    RANDOM_IDS,
    SAFE_HARBOR,
    SAME_TABLES,
    WHO_LEAVES,
)
from outcomes.rules.research_dictionary import DIAGNOSES, SEXES, TABLES, TYPE_WORDS
from outcomes.rules.suppression import SMALLEST_SHOWN
from outcomes.rules.windows import WINDOWS, Mode

FORMAT = 1  # rises with every change of a column
MODES: tuple[Mode, ...] = ("paper", "course")
DIGEST_LENGTH = 64
Kind = Literal["clinic", "registry"]
SOURCES: Mapping[str, str] = {
    "clinic": "the rows of one clinic",
    "registry": "a registry that was imported by one clinic",
}
PROTOCOLS: Mapping[str, str] = {
    "published": "infusions on five consecutive days, as published",
    "another": "another protocol of the clinic",
}
FACTS = (RANDOM_IDS, DAY_OFFSETS, OLDEST, NO_FREE_TEXT, BEFORE_START, WHO_LEAVES, SAME_TABLES)


class UnreadableAboutError(ValueError):
    """about.json says something that no export says."""


@dataclass(frozen=True, slots=True)
class About:
    """closed: mode -> window -> patients or courses whose window had closed, None where it may not be told."""

    source: Kind
    simulated: bool
    protocol: str
    as_of: date
    definitions: Definitions
    filters: Filters
    cut: str
    patients: int
    infusions: int
    scores: int
    left_out: int
    closed: Mapping[str, Mapping[str, int | None]]

    @property
    def words(self) -> str:
        """Whom the export is narrowed to, "" for everybody."""
        return filter_words(self.filters, sex=str, diagnosis=str)

    @property
    def told(self) -> dict[str, str]:
        """The metadata of every Parquet file."""
        return {
            "title": "De-identified research export",
            "source": SOURCES[self.source] + (", simulated" if self.simulated else ""),
            "protocol": PROTOCOLS[self.protocol],
            "as of": str(self.as_of),
            "definitions": self.definitions.sentence,
            "definitions digest": self.definitions.digest,
            "data cut digest": self.cut,
            "filters": self.words or "none",
        }

    @property
    def literals(self) -> tuple[str, ...]:
        """The texts in it that look like a date or a number of somebody and are none."""
        return str(self.as_of), self.definitions.digest, self.cut


def may_tell(closed: int, number: int) -> int | None:
    """Return how many windows had closed where that gives nobody's last weeks away, else None (OUT-52)."""
    still_open = number - closed
    return closed if still_open == 0 or min(closed, still_open) >= SMALLEST_SHOWN else None


def about_json(about: About) -> str:
    """Return about.json; equal facts give equal text."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "source": about.source,
        "simulated": about.simulated,
        "protocol": about.protocol,
        "as_of": str(about.as_of),
        "definitions": asdict(about.definitions),
        "filters": about.filters.as_query(),
        "data_cut": about.cut,
        "patients": about.patients,
        "infusions": about.infusions,
        "scores": about.scores,
        "scores_left_out": about.left_out,
        "windows_closed": about.closed,
    }
    return json.dumps(told, indent=1) + "\n"


def read_about(text: str) -> About:
    """Return what about.json says; raises UnreadableAboutError for anything that ``about_json`` would not say."""
    try:
        told = json.loads(text)
        about = About(
            source=told["source"],
            simulated=told["simulated"],
            protocol=told["protocol"],
            as_of=date.fromisoformat(told["as_of"]),
            definitions=Definitions.read(told["definitions"]),
            filters=Filters.read(told["filters"], sexes=SEXES, categories=DIAGNOSES),
            cut=told["data_cut"],
            patients=told["patients"],
            infusions=told["infusions"],
            scores=told["scores"],
            left_out=told["scores_left_out"],
            closed=told["windows_closed"],
        )
        stands = _stands(about) and about_json(about) == text
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableAboutError("about.json is not one of a research export") from error
    if not stands:
        raise UnreadableAboutError("about.json is not one of a research export")
    return about


def _stands(about: About) -> bool:
    counts = [about.patients, about.infusions, about.scores, about.left_out]
    given = [count for mode in about.closed.values() for count in mode.values() if count is not None]
    return (
        about.source in SOURCES
        and isinstance(about.simulated, bool)
        and about.protocol in PROTOCOLS
        and len(about.cut) == DIGEST_LENGTH
        and set(about.cut) <= set("0123456789abcdef")
        and all(type(count) is int and count >= 0 for count in counts + given)
        and tuple(about.closed) == MODES
        and all(tuple(windows) == WINDOWS for windows in about.closed.values())
        and about.filters.since is None
        and about.filters.until is None
    )


def readme(about: About) -> str:
    """Return README.txt, made of fixed sentences and the facts of about.json alone."""
    told = "\n".join(f"{name.capitalize()}: {text}" for name, text in about.told.items())
    facts = "\n".join(_wrapped(f"{rule.sentence} ({rule.id})", "- ") for rule in FACTS)
    columns = "\n\n".join(
        "\n".join(
            [table, *(_wrapped(f"{one.name} ({TYPE_WORDS[one.kind]}): {one.means}.", "  ") for one in found)]
        )
        for table, found in TABLES.items()
    )
    return f"""{told}
Patients: {about.patients:,}; infusions: {about.infusions:,}; scores: {about.scores:,}
Scores left out, of patients without any infusion: {about.left_out:,}

What this is

Patients, their infusions and their scores, de-identified by the Safe Harbor method of {SAFE_HARBOR}.
Each table stands here twice with the same cells, as CSV and as Parquet. dictionary.csv holds what may stand in
each column, about.json the facts above for programs. The clinic keeps on record who made this export, why and
under which approval, with the SHA-256 of the file.

How it was made

{facts}

What you may do with it

This is not open data. It was made for one purpose under one approval of an ethics or privacy board and may be
used for that alone. Do not pass it on, do not join it with other data about people, and do not try to find out
who somebody is. Safe Harbor does not rule out that a rare combination of age, sex, race and diagnosis belongs to
one person only: publish no group of fewer than {SMALLEST_SHOWN} patients.

The columns

{columns}
"""


def _wrapped(sentence: str, begins: str) -> str:
    further = " " * (len(begins) + 2)
    return textwrap.fill(sentence, 110, initial_indent=begins, subsequent_indent=further, break_on_hyphens=False)


def vocabulary() -> str:
    """Return every fixed word that the texts of an export may hold."""
    words = [one for columns in TABLES.values() for column in columns for one in (column.allowed, *column.words)]
    switches = [f"{one.legend} {words}" for one in SWITCHES for _, words in one.options]
    nobody = About("clinic", True, "published", date(2000, 1, 1), Definitions(), Filters(), "", 0, 0, 0, 0, {})
    texts = (
        *SOURCES.values(),
        *PROTOCOLS.values(),
        *AGE_BANDS,
        *WHICH.values(),
        about_json(nobody),
        readme(nobody),
    )
    changed = [Definitions().switched(one).sentence for one in SWITCHES]
    narrowed = [filter_words(Filters(age=one), sex=str, diagnosis=str) for one in AGE_BANDS]
    return " ".join([*words, *switches, *texts, *changed, *narrowed, " ".join(SWITCH_VALUES)])


SWITCH_VALUES = tuple(value for one in SWITCHES for value, _ in one.options)
