"""A file of wording: an R4 Questionnaire in JSON, or our own short form in TOML or JSON.

Our own form::

    version = "v1.0"
    language = "es"
    stem = "…"
    options = [{value = 1, text = "…"}, …]          # of every item that has none of its own
    [[items]]
    code = "…"
    text = "…"
    options = [{value = 1, text = "…"}, …]
"""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from outcomes.rules import questionnaire_file
from outcomes.rules.questionnaire_file import FORMAT
from outcomes.rules.wording_text import (
    DEEPEST,
    LONGEST_CODE,
    MOST_QUESTIONS,
    TEXTS,
    WHOLE_FILE,
    Question,
    ReadWording,
    depth,
)

MOST_DIGITS = 400  # of one number; longer ones are no scores


def read_wording(text: str) -> ReadWording:
    """Return what a file of wording says, with every problem of its own in ``problems``."""
    read = ReadWording()
    data = _parsed(text, read)
    if data is None:
        return read
    if depth(data) > DEEPEST:
        read.refuse(
            WHOLE_FILE, f"The file is nested more than {DEEPEST} deep. Export the questionnaire without its wraps."
        )
    elif "resourceType" in data:
        questionnaire_file.read(data, read)
    elif isinstance(data.get("items"), list):
        _read_own(data, read)
    else:
        read.refuse(
            FORMAT,
            "The file is neither a FHIR Questionnaire (no “resourceType”) nor our own form (no “items”). "
            "See the example below the form.",
        )
    if not read.problems and not read.questions:
        read.refuse(FORMAT, "The file holds no questions.")
    if len(read.questions) > MOST_QUESTIONS:
        read.refuse(
            TEXTS, f"The file has {len(read.questions)} questions; an instrument has at most {MOST_QUESTIONS}."
        )
    return read


def _parsed(text: str, read: ReadWording) -> Mapping[str, Any] | None:
    """JSON where the file begins like it, else TOML; None after saying what is wrong."""
    is_json = text.lstrip()[:1] in {"{", "["}
    try:
        data = _json(text) if is_json else tomllib.loads(text)
    except RecursionError:
        read.refuse(WHOLE_FILE, f"The file is nested more than {DEEPEST} deep. It was not read to its end.")
    except json.JSONDecodeError as error:
        read.refuse(FORMAT, f"Line {error.lineno} is not JSON: {error.msg}, at character {error.colno}.")
    except tomllib.TOMLDecodeError as error:
        kind = "XML or HTML" if text.lstrip().startswith("<") else "neither JSON nor TOML"
        read.refuse(FORMAT, f"The file is {kind} ({str(error)[:120]}). Export the questionnaire as FHIR R4 JSON.")
    except ValueError as error:
        read.refuse(FORMAT, f"The file cannot be read: {str(error)[:120]}.")
    else:
        if isinstance(data, Mapping):
            return data
        read.refuse(FORMAT, "The file is a list. It must be one Questionnaire, or our own form.")
    return None


def _json(text: str) -> Any:
    if re.search(rf"\d{{{MOST_DIGITS}}}", text):
        raise ValueError(f"it has a number of more than {MOST_DIGITS} digits")
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice[:40]}” stands twice in the same object")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number in JSON")


def _read_own(data: Mapping[str, Any], read: ReadWording) -> None:
    for name in ("title", "version", "language", "copyright"):
        value = data.get(name, "")
        setattr(read, name, " ".join(value.split())[:80] if isinstance(value, str) else "")
    if data.get("stem"):
        read.stem = read.text(data["stem"], "The stem")
    shared = _answers(data.get("options", []), "The shared answers", read)
    for number, item in enumerate(data["items"], start=1):
        if not isinstance(item, Mapping):
            read.refuse(FORMAT, f"Item {number} is not a table with code and text.")
            continue
        code = str(item.get("code") or item.get("number") or "").strip()
        place = f"Item {code[:LONGEST_CODE] or number}"
        if not code or len(code) > LONGEST_CODE:
            read.refuse(FORMAT, f"Item {number} needs a code of at most {LONGEST_CODE} characters.")
            continue
        own = _answers(item["options"], place, read) if item.get("options") else shared
        read.questions.append(Question(place, (code,), read.text(item.get("text"), place), own))


def _answers(rows: Any, place: str, read: ReadWording) -> tuple[tuple[int | None, str], ...]:
    if not isinstance(rows, list):
        read.refuse(FORMAT, f"{place}: options must be a list.")
        return ()
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            read.refuse(FORMAT, f"{place}: answer {number} must have value and text.")
            continue
        value = row.get("value")
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        found.append((value if is_whole else None, read.text(row.get("text"), f"{place}, answer {number}")))
    return tuple(found)
