"""Log lines without patients in them: the kind of an error and its place, never its words."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

SPOKEN = frozenset({"exc", "traceback", "args", "kwargs"})  # of the worker's line about a task that failed
ELSEWHERE = "(an address that leads nowhere)"


class QuietFormatter(logging.Formatter):
    """Write frames and the error's class: a database's words hold rows, a parser's what was typed (WEB-06)."""

    def format(self, record: logging.LogRecord) -> str:
        quiet = logging.makeLogRecord(record.__dict__)
        quiet.exc_text = None  # another formatter may have written the whole story
        quiet.args = _quiet(record)
        return super().format(quiet)

    def formatException(self, ei: Any) -> str:  # noqa: N802  (the name is logging's)
        kind, error, _ = ei
        lines: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines) or str(kind)


def _quiet(record: logging.LogRecord) -> Any:
    """The values of a line: an address becomes its route, an error its class."""
    request, args = getattr(record, "request", None), record.args
    if request is not None and isinstance(args, tuple):
        path = getattr(request, "path", "")
        return tuple(_route(request) if value == path and path else _classed(value) for value in args)
    if isinstance(args, Mapping):
        return {name: "" if name in SPOKEN else _classed(value) for name, value in args.items()}
    return tuple(map(_classed, args)) if isinstance(args, tuple) else args


def _classed(value: object) -> object:
    if isinstance(value, BaseException) and not getattr(value, "for_logs", False):
        return type(value).__name__
    return value


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else ELSEWHERE
