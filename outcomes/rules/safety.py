"""Answers that ask for a person: PHQ-9 item 9 always, and what a clinic flagged besides; how urgent each is.

How long a task may wait and whom it is told to is ``rules.safety_times``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule
from outcomes.rules.structure import Instrument, Item

ALERT_FROM = 1  # PRO-07: "several days" and above; "not at all" does not alert
HIGHER_FROM = 2  # PRO-08
WORDS_SHOWN = 120  # characters of a question in the sentence for the staff
PHRASES = (  # what is often done; more is said in words
    "Spoke with the patient in person",
    "Spoke with the patient by telephone",
    "No plan, no intent, safe now",
    "Went through the safety plan",
    "Informed the physician",
    "Informed the psychologist",
    "Called emergency services",
)

ITEM_9 = Rule(
    "PRO-07",
    "An answer of 1 or more to PHQ-9 item 9 raises a safety task at the moment of the answer, "
    "whatever the total and even if the questionnaire is never finished.",
    source="Simon 2013; Sattler 2024",
)
HIGHER_TIER = Rule(
    "PRO-08",
    "An answer of 2 or 3 to PHQ-9 item 9 makes the safety task high; an answer of 1 makes it raised.",
    source="Simon 2013; tiers clinic default",
)
NEVER_WITHDRAWN = Rule(
    "PRO-09",
    "A safety task is never withdrawn or lowered by a changed answer; the highest answer ever given stands.",
    source="clinic default",
)
RED_FLAG = Rule(
    "PRO-120",
    "An answer at or above a red flag of the clinic raises a safety task at the moment of the answer, "
    "like PHQ-9 item 9 does.",
    source="clinic default",
)
FLAG_FITS = Rule(
    "PRO-121",
    "A red flag names an answer of its question and a reason; its higher tier does not begin below it. "
    "PHQ-9 item 9 has its own alert, which no setting changes or ends.",
    source="clinic default",
)
SUPPORT_AT_ONCE = Rule(
    "PRO-122",
    "The patient sees the crisis lines at once after every item-9 alert and after every high red flag.",
    source="Simon 2013; clinic default",
)
ONE_PERSON = Rule(
    "PRO-123",
    "One named person is on a safety task at a time; taking it from somebody else is said, not silent, "
    "and being on it does not stop its clock.",
    source="clinic default",
)
FOLLOWED_UP = Rule(
    "PRO-124",
    "A safety task is closed only after it was acknowledged, with what the follow-up was, by a named person.",
    source="clinic default",
)


class Tier(StrEnum):
    """How urgent a safety task is."""

    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag of a clinic: this answer code and every higher one. high_from: None where none is high."""

    instrument: str
    item: int
    from_value: int
    high_from: int | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class SafetyAlert:
    """A safety task is due for this answer. sentence: for the staff who see the task; says: what was answered."""

    tier: Tier
    answer: int
    rules: tuple[str, ...]
    says: str
    is_item_9: bool = True

    @property
    def sentence(self) -> str:
        return f"{self.says} Speak with the patient today and record what was done."


def alerts(
    instrument: Instrument, number: int, value: int | None, flags: Iterable[Flag] = ()
) -> tuple[SafetyAlert, ...]:
    """Return the one alert that this one answer raises, or nothing.

    value: an answer code of the item, or None for "prefer not to answer", which raises none. flags: those of the
    clinic that have not ended; item 9 alerts without any, and none of them replaces it. The questions of a test
    that another engine runs have no fixed numbers, so that no flag can mean one of them.
    """
    if value is None:
        return ()
    if number == instrument.safety_item:
        return _item_9(instrument, number, value) if value >= ALERT_FROM else ()
    for flag in flags if instrument.remote is None else ():
        if (flag.instrument, flag.item) == (instrument.name, number) and value >= flag.from_value:
            return _flagged(instrument, number, value, flag)
    return ()


def _item_9(instrument: Instrument, number: int, value: int) -> tuple[SafetyAlert, ...]:
    tier = Tier.HIGH if value >= HIGHER_FROM else Tier.RAISED
    rules = (ITEM_9.id, HIGHER_TIER.id) if tier is Tier.HIGH else (ITEM_9.id,)
    words = option_words(instrument.item(number), value)
    return (
        SafetyAlert(tier, value, rules, f"{instrument.name} question {number} was answered “{words}” ({value})."),
    )


def _flagged(instrument: Instrument, number: int, value: int, flag: Flag) -> tuple[SafetyAlert, ...]:
    high = flag.high_from is not None and value >= flag.high_from
    item = instrument.item(number)
    says = (
        f"{instrument.name}, “{shortened(item.text)}”: answered “{option_words(item, value)}” "
        f"({value}), a red flag here."
    )
    return (SafetyAlert(Tier.HIGH if high else Tier.RAISED, value, (RED_FLAG.id,), says, is_item_9=False),)


def option_words(item: Item, value: int) -> str:
    """Return how an answer code of this item reads; the code itself where it has no words."""
    return next((option.text for option in item.options if option.value == value), str(value))


def shortened(text: str) -> str:
    """Return a question in at most 120 characters."""
    return text if len(text) <= WORDS_SHOWN else f"{text[: WORDS_SHOWN - 1].rstrip()}…"


def shows_support(*, is_item_9: bool, high: bool) -> bool:
    """True when the patient sees the crisis lines at once and is promised a call (PRO-122)."""
    return is_item_9 or high


def standing_answer(answers: Iterable[int | None]) -> int:
    """Return the highest answer ever given, 0 for none: what the task keeps when answers change (PRO-09)."""
    return max((answer for answer in answers if answer is not None), default=0)


def flag_problems(instrument: Instrument | None, flag: Flag) -> list[Problem]:
    """Return why this red flag cannot be set, everything at once. instrument: None where it is not asked here."""
    if instrument is None or not 1 <= flag.item <= len(instrument.items):
        return [Blocker(FLAG_FITS.id, "Choose a question of an instrument that this clinic asks.", "question")]
    if flag.item == instrument.safety_item:
        return [
            Blocker(
                FLAG_FITS.id,
                f"{instrument.name} question {flag.item} alerts already, from its lowest answer above “not at "
                "all”, and always does. It needs no red flag.",
                "question",
            )
        ]
    problems: list[Problem] = []
    values = {option.value for option in instrument.item(flag.item).options}
    if flag.from_value not in values:
        problems.append(Blocker(FLAG_FITS.id, "Choose one of the answers of this question.", "from_value"))
    elif flag.from_value == min(values):
        problems.append(
            Blocker(FLAG_FITS.id, "Every answer would raise a task. Choose a higher one.", "from_value")
        )
    if flag.high_from is not None and (flag.high_from not in values or flag.high_from < flag.from_value):
        problems.append(
            Blocker(FLAG_FITS.id, "High begins at the flag's own answer or at a higher one.", "high_from")
        )
    if not flag.because.strip():
        problems.append(Blocker(FLAG_FITS.id, "Say why this clinic wants to be told at once.", "because"))
    return problems


def taking_problems(holder: str, since: str, *, said: bool) -> list[Problem]:
    """Return why somebody cannot take a task over. holder: who is on it, "" for nobody; said: they were named."""
    if not holder or said:
        return []
    return [
        NeedsConfirmation(
            ONE_PERSON.id,
            f"{holder} is on it since {since}. Speak with {holder} first, or take it over.",
        )
    ]
