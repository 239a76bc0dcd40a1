"""What the staff enter for a patient: an interview by telephone, a form on paper, a day that is permitted."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from kitclinic.problems import Blocker, NeedsFields, Problem
from kitclinic.register import Rule
from outcomes.rules.structure import Instrument

CALL_LASTS = timedelta(minutes=45)  # PRO-101
OLDEST_PAPER_DAYS = 365  # PRO-104

WHO_IS_IT = Rule(
    "PRO-100",
    "An interview by telephone begins when the patient has said the full name and the date of birth, and both "
    "were right; whoever asks says so.",
    source="clinic default",
)
ONE_CALL = Rule(
    "PRO-101",
    "An interview is one person's call: after 45 minutes without an answer, or for somebody else, it begins again "
    "with name and date of birth. What is saved stays.",
    source="clinic default",
)
READS_NO_ANSWERS = Rule(
    "PRO-102",
    "Whoever may ask but may not see scores sees in an interview only the answers of that same call.",
    source="clinic default (minimum necessary)",
)
NOT_ON_PAPER = Rule(
    "PRO-103",
    "An adaptive test cannot be on paper: each question depends on the answers before.",
    source="PROMIS scoring (adaptive administration)",
)
PAPER_DAY = Rule(
    "PRO-104",
    "The day written on the paper is not in the future, not before the patient's birth, and not more than 365 "
    "days ago without a reason; the scores carry that day.",
    source="clinic default",
)
WHOLE_PAGE = Rule(
    "PRO-105",
    "A form from paper is saved whole or not at all, once under the key of its page; each question has an answer "
    "or is marked as left blank.",
    source="clinic default",
)
PERMITTED_DAY = Rule(
    "PRO-106",
    "Answers on the day of an infusion, after its start, are permitted for that one day by somebody who charts or "
    "signs orders, with a reason of at least 5 characters; the time since the infusion stands beside the answers.",
    source="clinic default",
)
TAKEN_BACK = Rule(
    "PRO-107",
    "A questionnaire is withdrawn with a reason; what was answered whole is scored, and nothing is deleted.",
    source="clinic default",
)
OWN_HANDS = Rule(
    "PRO-112",
    "A test that another engine runs is answered on a device of the patient's or a tablet of the clinic; it is "
    "neither read out by telephone nor entered from paper.",
    source="our rule",
)
SHORTEST_REASON = 5  # PRO-106, PRO-107


def may_interview(*, name_said: bool, birth_date_said: bool) -> list[Problem]:
    """Return why the interview does not begin yet."""
    problems: list[Problem] = []
    if not name_said:
        sentence = "Ask for the full name. Tick it when the patient has said it and it is right."
        problems.append(Blocker(WHO_IS_IT.id, sentence, "name_said"))
    if not birth_date_said:
        sentence = "Ask for the date of birth. Tick it when the patient has said it and it is right."
        problems.append(Blocker(WHO_IS_IT.id, sentence, "birth_date_said"))
    return problems


def same_call(*, begun_by: int | None, asks: int, last: datetime, at: datetime) -> bool:
    """True while this person goes on with the same call. last: newest answer, or when it began."""
    return begun_by == asks and at - last < CALL_LASTS


def may_be_on_paper(instrument: Instrument) -> list[Problem]:
    """Return why this instrument cannot be entered from paper."""
    if instrument.remote is not None:
        return [_in_own_hands(instrument)]
    if not instrument.is_adaptive:
        return []
    sentence = (
        f"{instrument.title} chooses each question from the answers before, so it cannot be on paper. "
        "Ask it on a tablet, by link or by telephone, or use its short form."
    )
    return [Blocker(NOT_ON_PAPER.id, sentence)]


def may_be_by_telephone(instruments: Iterable[Instrument]) -> list[Problem]:
    """Return why these instruments cannot be read out in an interview, one problem for each that cannot."""
    return [_in_own_hands(instrument) for instrument in instruments if instrument.remote is not None]


def _in_own_hands(instrument: Instrument) -> Problem:
    sentence = (
        f"{instrument.title} is run by another system, which cannot be asked by telephone or from paper. "
        "Send it by link or ask it on a tablet, or choose another form of it."
    )
    return Blocker(OWN_HANDS.id, sentence)


def paper_day_problems(day: date, *, today: date, born: date | None, reason: str) -> list[Problem]:
    """Return what is wrong with the day written on a paper form."""
    if day > today:
        return [Blocker(PAPER_DAY.id, "This day is still to come. Write the day that stands on the paper.", "day")]
    if born is not None and day < born:
        return [Blocker(PAPER_DAY.id, "This day is before the patient was born. Read the paper again.", "day")]
    if (today - day).days > OLDEST_PAPER_DAYS and not reason.strip():
        sentence = "This day is more than a year ago. If it is right, say why the form comes now."
        return [NeedsFields(PAPER_DAY.id, sentence, "reason")]
    return []


def page_problems(instrument: Instrument, answers: Mapping[int, int | None]) -> list[Problem]:
    """Return one blocker for each question of the page without an answer and without the mark "left blank".

    answers: item number -> answer code, None where it was left blank; an item that is missing was not entered.
    """
    return [
        Blocker(
            WHOLE_PAGE.id,
            f"Question {item.number} has no answer. Type its code, or – if it was left blank on the paper.",
            f"item_{item.number}",
        )
        for item in instrument.items
        if item.number not in answers
    ]


def differences(first: Mapping[int, int | None], second: Mapping[int, int | None]) -> list[int]:
    """Return the questions that two entries of one page do not agree on."""
    return sorted(
        number
        for number in {*first, *second}
        if (number in first, first.get(number)) != (number in second, second.get(number))
    )


def may_permit(started_on: Iterable[date], *, today: date, reason: str) -> list[Problem]:
    """Return why answers are not permitted today."""
    if today not in set(started_on):
        return [Blocker(PERMITTED_DAY.id, "No infusion has started today, so the patient may answer already.")]
    return reason_problems(reason, rule=PERMITTED_DAY.id)


def reason_problems(reason: str, *, rule: str = TAKEN_BACK.id) -> list[Problem]:
    """Return what is wrong with a reason: it needs words."""
    if len(reason.strip()) >= SHORTEST_REASON:
        return []
    return [Blocker(rule, f"Say why, in at least {SHORTEST_REASON} characters.", "reason")]


def since_infusion(starts: Iterable[datetime], *, answered_at: datetime) -> timedelta | None:
    """Return how long before an answer the latest infusion of that day began; None without one.

    starts: of infusions on the clinic's day of the answer.
    """
    before = [start for start in starts if start <= answered_at]
    return answered_at - max(before) if before else None


def duration_words(length: timedelta) -> str:
    """Return a length in words: "45 min", "2 h", "2 h 5 min"; whole minutes, never rounded up."""
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
