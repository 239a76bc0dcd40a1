"""Which question of an instrument comes now, whatever was answered before: read from the answers alone.

Nothing but the answers is stored, so a questionnaire goes on in the middle on any device, a changed answer leads
an adaptive test down another path, and answers off that path stay on record without counting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from outcomes.rules.cat import STOP_RULES, Path, walk
from outcomes.rules.structure import Instrument, RemoteTest

USUAL_ADAPTIVE = 5  # questions of an adaptive test, on average 4.2-5.4 (outcomes reference, section 2)

Answers = Mapping[int, int | None]  # item number -> answer code, or None for "prefer not to answer"


@dataclass(frozen=True, slots=True)
class Course:
    """The questions of one instrument in the order they were asked. next: item number, None when it is over.

    expected: questions there will be in all, as far as can be told now. waits: what comes next is not known yet,
    another engine has to choose it.
    """

    asked: tuple[int, ...]
    next: int | None
    expected: int
    waits: bool = False

    @property
    def questions(self) -> tuple[int, ...]:
        """What was asked and what is asked now."""
        return self.asked if self.next is None or self.waits else (*self.asked, self.next)


def course(instrument: Instrument, answers: Answers) -> Course:
    """Return where an instrument stands after these answers."""
    if instrument.remote is not None:
        return _remote(instrument, instrument.remote, answers)
    if instrument.is_adaptive:
        return _adaptive(instrument, adaptive_walk(instrument, answers))
    open_items = [item.number for item in instrument.items if item.number not in answers]
    first = open_items[0] if open_items else None
    asked = tuple(item.number for item in instrument.items if first is None or item.number < first)
    return Course(asked, first, len(instrument.items))


def adaptive_walk(instrument: Instrument, answers: Answers) -> Path:
    """Return the path of an adaptive test through its bank. ValueError for an instrument that is not adaptive."""
    if instrument.bank is None:
        raise ValueError(f"{instrument.name} is not adaptive")
    given: dict[str, int | None] = {}
    for number, value in answers.items():
        item = instrument.item(number)
        given[item.code] = None if value is None else item.category(value)
    healthiest = instrument.definition.better if instrument.screen_first else None
    return walk(instrument.bank, STOP_RULES[instrument.stop_rule], given, screen=healthiest)


def _adaptive(instrument: Instrument, found: Path) -> Course:
    number = {item.code: item.number for item in instrument.items}
    asked = tuple(number[code] for code in found.asked)
    following = number[found.next_item] if found.next_item is not None else None
    if following is None:
        return Course(asked, None, len(asked))
    return Course(asked, following, max(len(asked) + 1, min(USUAL_ADAPTIVE, len(instrument.items))))


def _remote(instrument: Instrument, remote: RemoteTest, answers: Answers) -> Course:
    """The questions another engine chose so far; after the last of them it has to be asked again."""
    first = next((item.number for item in instrument.items if item.number not in answers), None)
    asked = tuple(item.number for item in instrument.items if first is None or item.number < first)
    if remote.is_over and first is None:
        return Course(asked, None, len(asked))
    expected = max(len(asked) + 1, USUAL_ADAPTIVE)
    if first is None:
        return Course(asked, len(instrument.items) + 1, expected, waits=True)
    return Course(asked, first, expected)


def seconds_for(instrument: Instrument, questions: int) -> int:
    """Return how many seconds so many of its questions take: its minutes, spread evenly over it."""
    whole = len(instrument.items) if not instrument.is_adaptive else USUAL_ADAPTIVE
    return ceil(60 * instrument.minutes * questions / whole)
