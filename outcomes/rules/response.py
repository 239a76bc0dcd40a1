"""Response rates: who answers, in which window, after which reminder, by which channel."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kitclinic.register import Rule
from outcomes.rules.plans import OCCASIONS
from outcomes.rules.statistics import percent, percent_interval
from outcomes.rules.windows import WINDOW_NAMES

RESPONSE_RATES = Rule(
    "PRO-91",
    "A window was responded to when any of its instruments was answered, and fully when all were. Rates are of "
    "the windows that were asked and have closed, so that nobody counts whose time is not over; each carries its "
    "exact 95% interval. An answer belongs to the last step taken before its first question.",
    source="Tankha 2025, Limitations; clinic default",
)
PUBLISHED_RATE = "below 50%"
PUBLISHED_REMINDED = "above 60% with reminders"
PUBLISHED_SOURCE = (
    "Published: below 50% at the programme (Tankha 2025). With reminders elsewhere: e-mail 45% to 62% with a "
    "telephone reminder, hybrid 58% to 67% (Neve 2021)."
)


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """One window that was asked and has closed.

    steps: messages and calls as (step, channel word, when), oldest first. invited_by: channel of the invitation,
    "" where nobody could be told. first_answer: None without one, or where the day alone is known. answered: any
    instrument; full: all. mode: how it was answered, "" without an answer.
    """

    occasion: str
    steps: tuple[tuple[int, str, datetime], ...]
    invited_by: str
    answered: bool
    full: bool
    first_answer: datetime | None = None
    mode: str = ""

    @property
    def answered_after(self) -> int:
        """Place among the steps taken of the last one before the first answer, from 0; -1: given otherwise."""
        if self.first_answer is None:
            return -1
        return sum(when <= self.first_answer for _, _, when in self.steps) - 1


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the exact 95% interval in percent; None of nothing."""

    label: str
    count: int
    n: int

    @property
    def percent(self) -> Decimal | None:
        return percent(self.count, self.n) if self.n else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return percent_interval(self.count, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class WindowRate:
    """One window: any and full response, of those asked; and the windows nobody was asked in."""

    occasion: str
    any: Rate
    full: Rate


@dataclass(frozen=True, slots=True)
class StepRate:
    """What one step brought. reached: it was taken while nothing was answered; brought: answered before the next.

    so_far: everybody who had answered up to here, of all who were asked.
    """

    label: str
    reached: Rate
    so_far: Rate


@dataclass(frozen=True, slots=True)
class ResponseReport:
    """All rates of some windows."""

    all: WindowRate
    windows: tuple[WindowRate, ...]
    steps: tuple[StepRate, ...]
    channels: tuple[Rate, ...]
    modes: tuple[Rate, ...]

    @property
    def before_reminders(self) -> Rate:
        """Who had answered before the first reminder."""
        return next((one.so_far for one in self.steps if one.label == STEP_LABELS[0]), Rate("", 0, 0))


OTHERWISE = "In another way, without a link"
STEP_LABELS = ("Invitation", "First reminder", "Second reminder", "Third reminder", "Fourth reminder")


def response_report(windows: Sequence[AskedWindow]) -> ResponseReport:
    """Return the rates of these windows (PRO-91)."""
    return ResponseReport(
        all=_window("all", windows),
        windows=tuple(_window(name, [one for one in windows if one.occasion == name]) for name in OCCASIONS),
        steps=tuple(_steps(windows)),
        channels=tuple(
            _answered(label, windows, lambda one, key=key: one.invited_by == key)  # type: ignore[misc]
            for key, label in (("sms", "Text message"), ("email", "E-mail"), ("", "Nobody could be told"))
        ),
        modes=tuple(_modes([one for one in windows if one.answered])),
    )


def _window(name: str, windows: Sequence[AskedWindow]) -> WindowRate:
    label, n = WINDOW_NAMES.get(name, "All windows").capitalize(), len(windows)
    return WindowRate(
        name,
        Rate(label, sum(one.answered for one in windows), n),
        Rate(label, sum(one.full for one in windows), n),
    )


def _steps(windows: Sequence[AskedWindow]) -> Iterable[StepRate]:
    """One line for each kind of step in the order they are taken: messages counted, calls by their name."""
    most = max((len(one.steps) for one in windows), default=0)
    so_far = sum(one.answered and one.answered_after < 0 for one in windows)
    if so_far:
        yield StepRate(OTHERWISE, Rate(OTHERWISE, so_far, len(windows)), Rate(OTHERWISE, so_far, len(windows)))
    for place in range(most):
        reached = [
            one for one in windows if len(one.steps) > place and not (one.answered and one.answered_after < place)
        ]
        brought = sum(one.answered and one.answered_after == place for one in windows)
        so_far += brought
        label = _label(place, windows)
        yield StepRate(label, Rate(label, brought, len(reached)), Rate(label, so_far, len(windows)))


def _label(place: int, windows: Sequence[AskedWindow]) -> str:
    """The step most of these windows took at this place."""
    names: dict[str, int] = {}
    for one in windows:
        if len(one.steps) > place:
            calls = sum(channel == "call" for _, channel, _ in one.steps[: place + 1])
            is_call = one.steps[place][1] == "call"
            name = "Call by the staff" if is_call else STEP_LABELS[min(place - calls, len(STEP_LABELS) - 1)]
            names[name] = names.get(name, 0) + 1
    return max(names, key=lambda name: names[name])


def _answered(label: str, windows: Sequence[AskedWindow], chosen: Callable[[AskedWindow], bool]) -> Rate:
    mine = [one for one in windows if chosen(one)]
    return Rate(label, sum(one.answered for one in mine), len(mine))


def _modes(windows: Sequence[AskedWindow]) -> Iterable[Rate]:
    for mode in dict.fromkeys(sorted(one.mode for one in windows)):
        yield Rate(mode or "Otherwise", sum(one.mode == mode for one in windows), len(windows))
