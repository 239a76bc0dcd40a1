"""WEB-06: what an error leaves in the log."""

import logging
from typing import Any

import pytest

from kitclinic.logs import ELSEWHERE, QuietFormatter
from kitclinic.outside import NoAnswerError

CANARY = "Canary Tolland"


def line(message: str, *args: Any, error: BaseException | None = None, **more: Any) -> str:
    kind = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("clinic", logging.ERROR, __file__, 1, message, args, kind)
    record.__dict__.update(more)
    return QuietFormatter("{levelname} {message}", style="{").format(record)


def raised() -> BaseException:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise RuntimeError(f"for {CANARY}") from error
    except RuntimeError as error:
        return error


def test_web_06_an_error_is_its_kind_and_its_place() -> None:
    said = line("It broke", error=raised())
    assert CANARY not in said
    assert "builtins.ValueError" in said
    assert "builtins.RuntimeError" in said
    assert "test_logs.py" in said
    assert "in raised" in said


def test_web_06_what_another_formatter_has_written_is_not_copied() -> None:
    assert CANARY not in line("It broke", error=raised(), exc_text=f"ValueError: {CANARY}")


@pytest.mark.parametrize("error", [ValueError(CANARY), KeyError(CANARY)])
def test_web_06_an_error_among_the_values_is_its_kind(error: Exception) -> None:
    assert line("%s did not leave: %s", "m1", error) == f"ERROR m1 did not leave: {type(error).__name__}"


def test_an_error_that_was_worded_for_logs_says_so_itself() -> None:
    assert line("no question: %s", NoAnswerError("status 500")) == "ERROR no question: status 500"


def test_web_06_a_task_that_failed_is_named_without_what_it_was_given() -> None:
    given = {"name": "kitclinic.deliver", "exc": repr(ValueError(CANARY)), "args": f"['{CANARY}']"}
    record = logging.LogRecord(
        "celery", logging.ERROR, __file__, 1, "Task %(name)s failed: %(exc)s%(args)s", (), None
    )
    record.args = given
    assert QuietFormatter("{message}", style="{").format(record) == "Task kitclinic.deliver failed: "


def test_web_06_an_address_is_its_route() -> None:
    class Match:
        route = "calendar/<str:token>.ics"

    class Asked:
        path = "/calendar/secret.ics"
        resolver_match: Any = Match()

    assert line("%s: %s", "Not Found", Asked.path, request=Asked()) == f"ERROR Not Found: /{Match.route}"
    nowhere = Asked()
    nowhere.resolver_match = None
    assert line("%s: %s", "Not Found", Asked.path, request=nowhere) == f"ERROR Not Found: {ELSEWHERE}"
