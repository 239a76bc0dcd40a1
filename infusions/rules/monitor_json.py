"""JSON of a stranger: read once, exactly, and only as deep as a reading needs."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from infusions.rules.monitor_text import FORBIDDEN, NotTaken, shown
from infusions.rules.monitors import DEPTH_MOST, MON_02

STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)  # one that never ends goes to the end: no way back


def read_json(text: str) -> Any:
    """Return the value with decimals as Decimal; raises NotTaken for what is no JSON or could be read two ways."""
    if depth(text) > DEPTH_MOST:
        raise NotTaken(MON_02.id, f"The JSON is nested more than {DEPTH_MOST} levels deep. Nothing was stored.")
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)
    except (ValueError, ArithmeticError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotTaken(MON_02.id, f"This is no JSON{where}. Nothing was stored.") from error
    if any(FORBIDDEN.search(string) for string in _strings(value)):
        raise NotTaken(MON_02.id, "A character that no text holds is in it, such as NUL. Nothing was stored.")
    return value


def depth(text: str) -> int:
    """How deep brackets are nested, outside of strings."""
    deepest = level = 0
    for sign in re.findall(r"[\[{\]}]", STRING.sub("", text)):
        level += 1 if sign in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def storable(value: Any) -> Any:
    """The same value for a JSON column: a number with a decimal point stays as it was written, as text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {key: storable(item) for key, item in value.items()}
    return value


def _constant(name: str) -> Any:
    raise NotTaken(MON_02.id, f"{name} is no number in JSON. Nothing was stored.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NotTaken(MON_02.id, f"“{shown(key)}” is there twice in one object. Nothing was stored.")
        found[key] = value
    return found


def _strings(value: Any) -> Iterator[str]:
    """Every string in it, keys too; at most DEPTH_MOST levels deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
