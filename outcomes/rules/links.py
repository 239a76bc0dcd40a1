"""The single-use link of a questionnaire: how long it lives, who may open it, when it is remembered."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.instruments import definitions
from outcomes.rules.staff_entry import TAKEN_BACK
from outcomes.rules.words import told
from outcomes.states import AssessmentState

LINK_LASTS = timedelta(days=7)  # PRO-12
MOST_WRONG_YEARS = 5  # PRO-13
PAGE_LASTS = timedelta(minutes=45)  # PRO-14
KIOSK_RESTS = timedelta(minutes=10)  # PRO-72
KIOSK_ENDS = timedelta(minutes=3)  # PRO-72
COMMENT_HOLDS = 2000  # PRO-73, characters
REMIND_AFTER = timedelta(days=2)  # PRO-15
QUIET_FROM, QUIET_UNTIL = 21 * 60, 8 * 60  # PRO-15, local minutes after midnight
OCCASIONS = {
    "baseline": "Before the first infusion",
    "last": "After the last infusion",
    "3m": "Three months",
    "6m": "Six months",
    "unplanned": "Not planned",
}

LIFE = Rule(
    "PRO-12",
    "A link to a questionnaire works for 7 days, for one questionnaire, and ends when that is finished.",
    source="clinic default",
)
BIRTH_YEAR = Rule(
    "PRO-13",
    "A link opens with the patient's year of birth; the fifth wrong year closes it.",
    source="clinic default",
)
PAGE = Rule(
    "PRO-14",
    "An opened questionnaire stays open on a device for 45 minutes after the last answer.",
    source="clinic default",
)
REMINDER = Rule(
    "PRO-15",
    "A questionnaire that is not finished after 2 days is brought to mind once, never between 21:00 and 08:00 "
    "of the clinic's clock.",
    source="clinic default",
)
ONE_LINK = Rule(
    "PRO-16",
    "A patient has one working link: sending a questionnaire withdraws the link sent before.",
    source="clinic default",
)
ASKABLE = Rule(
    "PRO-17",
    "A questionnaire holds at least one instrument that can be answered here, each once, and goes to a patient "
    "whose birth date is known.",
    source="clinic default",
)
ONE_MEASURE = Rule(
    "PRO-38",
    "A questionnaire holds one instrument of each measure: an adaptive test or a short form, not both.",
    source="outcomes reference, section 2: the two differ by up to 5 points on the same answers",
)
ONCE = Rule(
    "PRO-19",
    "An answer is saved once under the key of its page; the same key with another answer is refused (409).",
    source="clinic default",
)
CLOSED_PART = Rule(
    "PRO-20",
    "The first answer to an instrument closes the one before it: it is scored, and its answers are not changed "
    "after that.",
    source="clinic default",
)
OWN_PAGE = Rule(
    "PRO-71",
    "An answer counts for the question that its page showed: from a page of another form, or of a question that "
    "is not asked at this place any more, nothing is saved.",
    source="our rule",
)
KIOSK = Rule(
    "PRO-72",
    "A clinic tablet in a patient's hands shows that patient's questions only and clears itself after 10 minutes "
    "without a touch at a question and 3 minutes at the end; answers are kept.",
    source="clinic default",
)
COMMENT = Rule(
    "PRO-73",
    "A patient may add up to 2000 characters at the end; they are kept exactly as typed.",
    source="clinic default",
)
LEFT_PART = Rule(
    "PRO-21",
    "An instrument that was answered whole is scored when it is left for 45 minutes, even if the rest is never "
    "answered; its score carries the day and minute of its last answer.",
    source="clinic default",
)


def may_send(
    instruments: Sequence[str], *, known: Iterable[str], occasion: str, has_birth_date: bool
) -> list[Problem]:
    """Return what stands in the way of sending these instruments."""
    problems: list[Problem] = []
    if not instruments:
        problems.append(Blocker(ASKABLE.id, "Choose at least one questionnaire.", "instruments"))
    unknown = [name for name in instruments if name not in set(known)]
    if unknown:
        sentence = f"{', '.join(unknown)} cannot be answered here. Choose from the list."
        problems.append(Blocker(ASKABLE.id, sentence, "instruments"))
    if len(set(instruments)) < len(instruments):
        problems.append(Blocker(ASKABLE.id, "Each questionnaire is asked once. Choose it once.", "instruments"))
    problems += _measured_twice(instruments)
    if occasion not in OCCASIONS:
        problems.append(Blocker(ASKABLE.id, "Choose the occasion from the list.", "occasion"))
    if not has_birth_date:
        problems.append(
            Blocker(
                ASKABLE.id,
                "This patient has no birth date on record, and the link asks for its year. Enter the date first.",
            )
        )
    return problems


def _measured_twice(instruments: Sequence[str]) -> list[Problem]:
    by_measure: dict[str, list[str]] = {}
    for name in dict.fromkeys(instruments):
        if name in definitions():
            by_measure.setdefault(definitions()[name].measures[0], []).append(name)
    return [
        Blocker(ONE_MEASURE.id, f"{' and '.join(names)} measure the same. Choose one of them.", "instruments")
        for names in by_measure.values()
        if len(names) > 1
    ]


def may_open(state: str, *, expires_at: datetime, wrong_years: int, replaced: bool, at: datetime) -> list[Problem]:
    """Return why a link does not open, in words for the patient's own screen.

    replaced: a newer link that works stands in for a questionnaire that was withdrawn.
    """
    if state == AssessmentState.COMPLETED:
        return [told(LIFE.id, "life_done")]
    if wrong_years >= MOST_WRONG_YEARS:
        return [_closed()]
    if state == AssessmentState.WITHDRAWN:
        return [told(ONE_LINK.id, "one_link") if replaced else told(TAKEN_BACK.id, "taken_back")]
    if state == AssessmentState.EXPIRED or at >= expires_at:
        return [told(LIFE.id, "life_over", days=LINK_LASTS.days)]
    return []


def link_problems(*, expires_at: datetime, at: datetime) -> list[Problem]:
    """Return why one link does not open a questionnaire that is still open itself (PRO-12)."""
    if at < expires_at:
        return []
    return [told(LIFE.id, "life_over", days=LINK_LASTS.days)]


def may_change(*, closed: bool, asked: bool) -> list[Problem]:
    """Return why an answer is not taken. closed: its part is scored; asked: it was or is being asked."""
    if closed:
        return [told(CLOSED_PART.id, "part_closed")]
    if not asked:
        return [told(ONCE.id, "not_asked")]
    return []


def unknown_link() -> list[Problem]:
    """Return what to say when a code belongs to no questionnaire."""
    return [told(LIFE.id, "unknown_link", field="token")]


def wrong_year(wrong_years: int) -> list[Problem]:
    """Return what to say after a wrong year of birth. wrong_years: how many there have been, this one counted."""
    left = MOST_WRONG_YEARS - wrong_years
    if left <= 0:
        return [_closed()]
    return [told(BIRTH_YEAR.id, "wrong_year", field="birth_year", n=left)]


def _closed() -> Problem:
    return told(BIRTH_YEAR.id, "years_closed", tries=MOST_WRONG_YEARS)


def may_save(*, sent_from: str, here: str) -> list[Problem]:
    """Return why an answer from a page is not taken (PRO-71). Both: form, instrument and item, "7 GAD-7 2"."""
    if not sent_from or sent_from == here:
        return []
    same_form = sent_from.split(" ")[0] == here.split(" ")[0]
    return [told(OWN_PAGE.id, "not_asked" if same_form else "other_form")]


def key_reused() -> list[Problem]:
    """Return what to say when a page's key comes again with another answer."""
    return [told(ONCE.id, "key_reused")]


def quiet_until(minute: int) -> int | None:
    """Return when the quiet hours end, in minutes after today's midnight; None outside them."""
    if minute >= QUIET_FROM:
        return 24 * 60 + QUIET_UNTIL
    return QUIET_UNTIL if minute < QUIET_UNTIL else None
