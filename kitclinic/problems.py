"""What stands in the way of an act, in words.

A rule answers "may we?" with a list of problems, all at once, never with the first
one found. A ``Blocker`` refuses. A ``NeedsConfirmation`` asks the person to confirm,
with a reason, and never changes a value. A ``Notice`` is shown and nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way.

    rule: id in the rule register ("VIT-02").
    sentence: what is wrong and what to do, for the person at the screen.
    field: name of the form field it belongs to, or "" for the whole act.
    """

    rule: str
    sentence: str
    field: str = ""


class Blocker(Problem):
    """Refuses the act; no override."""


class NeedsConfirmation(Problem):
    """Asks for a confirmation with a reason; the value stays as it was typed."""


class NeedsTick(NeedsConfirmation):
    """Asks for a tick only: the monitor was read again, there is one name only."""


class NeedsFields(NeedsConfirmation):
    """Is answered in the form's own fields: the scale read once more, and why the number is right."""


class Notice(Problem):
    """Is shown; does not stop anything."""


class Refused(Exception):
    """An act was refused, for all the reasons in ``problems``; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("Refused needs at least one problem")
        super().__init__(" ".join(problem.sentence for problem in self.problems))


class Conflict(Refused):
    """Refused because something else stands there already; answered with 409."""


def refuse_if(problems: Iterable[Problem], *, confirmed: frozenset[str] = frozenset()) -> None:
    """Raise Refused for every blocker and for every confirmation that was not given.

    confirmed: rule ids the person confirmed on the screen.
    """
    standing = [
        problem
        for problem in problems
        if isinstance(problem, Blocker)
        or (isinstance(problem, NeedsConfirmation) and problem.rule not in confirmed)
    ]
    if standing:
        raise Refused(standing)
