"""What is read from a file of wording: questions, answers, and what is wrong with their texts."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MOST_BYTES = 2_000_000  # PRO-52
DEEPEST = 20  # PRO-52
MOST_QUESTIONS = 1000  # PRO-54
LONGEST_TEXT = 1000  # PRO-54, characters
LONGEST_CODE = 64

WHOLE_FILE = Rule(
    "PRO-52",
    "A file of licensed content is refused by its size when it has more than 2 MB, before it is read, and when it "
    "is not UTF-8 text or nested more than 20 deep.",
    source="our rule",
)
TEXTS = Rule(
    "PRO-54",
    "Wording is refused where a text is empty, longer than 1000 characters, or holds markup, control characters "
    "or codes that turn the direction of writing by force; any language, right to left and emoji are taken.",
    source="our rule",
)

MARKUP = re.compile(r"<[A-Za-z/!?][^<>]*>|&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
FORCED = frozenset("\u202a\u202b\u202c\u202d\u202e")  # embeddings and overrides; isolates and marks are fine


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it stands in a file.

    place: what to call it in a sentence; names: its code, then whatever else it is called (link id, LOINC).
    answers: (score, text) in the order of the file; score: None where the file gives none.
    """

    place: str
    names: tuple[str, ...]
    text: str
    answers: tuple[tuple[int | None, str], ...]


@dataclass(slots=True)
class ReadWording:
    """A file of wording, as far as it could be read. notes: what was left out, one sentence each."""

    stem: str = ""
    questions: list[Question] = field(default_factory=list)
    title: str = ""
    version: str = ""
    language: str = ""
    copyright: str = ""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, rule: Rule, sentence: str) -> None:
        self.problems.append(Blocker(rule.id, sentence))

    def text(self, value: Any, what: str) -> str:
        """Return a text with its white space made single, after saying what is wrong with it."""
        words = " ".join(value.split()) if isinstance(value, str) else ""
        fault = text_fault(words)
        if fault:
            self.refuse(TEXTS, f"{what} {fault}")
        return words


def text_fault(words: str) -> str:
    """Return what speaks against a text, as the rest of a sentence; "" for nothing."""
    if not words:
        return "has no text."
    if len(words) > LONGEST_TEXT:
        return f"has {len(words)} characters; a question has at most {LONGEST_TEXT}."
    found = MARKUP.search(words)
    if found:
        return f"holds markup ({found[0][:20]}). Patients would read it as it stands; give plain text."
    hidden = next((sign for sign in words if unicodedata.category(sign) in {"Cc", "Cs"} or sign in FORCED), "")
    if hidden:
        return f"holds a hidden character (U+{ord(hidden):04X}). Type the text anew around it."
    return ""


def decoded(data: bytes) -> tuple[str, list[Problem]]:
    """Return a file's text, or why there is none (PRO-52)."""
    if len(data) > MOST_BYTES:
        return "", size_problems(len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        sentence = f"Line {line} is not UTF-8 text. Save the file as UTF-8 and choose it again."
        return "", [Blocker(WHOLE_FILE.id, sentence, "file")]
    if not text.strip():
        return "", [Blocker(WHOLE_FILE.id, "The file is empty.", "file")]
    if "\0" in text:
        return "", [Blocker(WHOLE_FILE.id, "The file holds zero bytes: it is no text file.", "file")]
    return text, []


def size_problems(size: int) -> list[Problem]:
    """Return the blocker for a file of so many bytes, asked before one of them is read (PRO-52)."""
    if size <= MOST_BYTES:
        return []
    sentence = (
        f"The file has {size / 1_000_000:.0f} MB. Licensed content has at most {MOST_BYTES // 1_000_000} MB: "
        "choose the file of one instrument. Nothing of it was read."
    )
    return [Blocker(WHOLE_FILE.id, sentence, "file")]


def depth(value: object) -> int:
    """Return how deep lists and tables are nested, without calling itself."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, level = waiting.pop()
        deepest = max(deepest, level)
        inside: Sequence[Any] = ()
        if isinstance(one, Mapping):
            inside = list(one.values())
        elif isinstance(one, list):
            inside = one
        waiting += [(below, level + 1) for below in inside if isinstance(below, Mapping | list)]
    return deepest
