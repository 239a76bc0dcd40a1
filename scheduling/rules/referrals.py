"""Referrals: what must be on one, who acts next, how long it may wait, what closing it needs."""

from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule
from scheduling.rules.identity import OLDEST_YEARS, age_on
from scheduling.states import EnrolmentState, ReferralState

OLDEST_REFERRAL_YEARS = 5  # ENR-30
LONGEST_PAIN_MONTHS = 1200  # ENR-32
TRIAGE_DAYS = 3  # ENR-35
ANSWER_DAYS = 7  # ENR-35
LENGTHS = {
    "source": 120,
    "source_phone": 30,
    "reason": 500,
    "treatments_tried": 2000,
    "record_number": 20,
    "family_name": 60,
    "given_name": 60,
    "phone": 30,
    "email": 254,
    "language": 40,
}  # ENR-33: letters a field holds

ENR_30 = Rule(
    "ENR-30", "A referral is not received in the future and not more than 5 years back.", source="clinic default"
)
ENR_31 = Rule(
    "ENR-31",
    "Nobody is born after the referral was received, or more than 120 years before it.",
    source="clinic default",
)
ENR_32 = Rule(
    "ENR-32",
    "Pain duration is given in whole months, 0 to 1200, and not longer than the patient's life.",
    source="clinic default",
)
ENR_33 = Rule(
    "ENR-33", "A referral names the family name and who refers, each within its field.", source="clinic default"
)
ENR_34 = Rule(
    "ENR-34",
    "Who acts next: the clinic on a received referral, the person asked on one that needs information, "
    "the assessor on an accepted one, nobody on a closed one.",
    source="clinic default",
)
ENR_35 = Rule(
    "ENR-35",
    "A received referral is triaged within 3 days; missing information is asked for again after 7 days.",
    source="clinic default",
)
ENR_36 = Rule(
    "ENR-36",
    "Asking for information says what and whom; declining, withdrawing and taking up again give a reason.",
    source="clinic default",
)
ENR_37 = Rule(
    "ENR-37",
    "An accepted referral is one patient: a new one, or one known here with the same birth date; "
    "another birth date is confirmed, a merged record is refused.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class NewReferral:
    """What arrives. pain_months: whole months; empty text and None where nothing was said."""

    received_on: date
    source: str
    family_name: str
    given_name: str = ""
    birth_date: date | None = None
    record_number: str = ""
    sex: str = ""
    phone: str = ""
    email: str = ""
    language: str = "English"
    source_phone: str = ""
    reason: str = ""
    pain_months: int | None = None
    treatments_tried: str = ""


@dataclass(frozen=True, slots=True)
class NextAct:
    """Who acts next, what is the likely act, and whether it is late. tone: as in components/_status.html."""

    who: str
    act: str
    is_late: bool
    tone: str


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """The patient a referral is linked to."""

    record_number: str
    birth_date: date | None
    state: str
    kept_number: str = ""  # where the record was merged into


def referral_problems(new: NewReferral, today: date) -> list[Problem]:
    """Return everything that is wrong with a referral, all at once, at its fields."""
    return [
        *_received(new, today),
        *birth_problems(new.birth_date, new.received_on),
        *_pain(new),
        *_named(new),
    ]


def birth_problems(born: date | None, received_on: date) -> list[Problem]:
    """Return what is wrong with a birth date beside the day of the referral (ENR-31)."""
    if born is None:
        return []
    if born > received_on:
        sentence = (
            f"Born {born:%Y-%m-%d} is after the referral of {received_on:%Y-%m-%d}. Correct one of the two dates."
        )
        return [Blocker(ENR_31.id, sentence, "birth_date")]
    if (age := age_on(born, received_on)) > OLDEST_YEARS:
        sentence = f"Born {born:%Y-%m-%d} makes the patient {age} years old. Correct the year."
        return [Blocker(ENR_31.id, sentence, "birth_date")]
    return []


def next_act(state: str, days: int, asked_for: str) -> NextAct:
    """Return who acts next on a referral that has been in this state for so many days (ENR-34, ENR-35)."""
    if state == ReferralState.RECEIVED:
        late = days > TRIAGE_DAYS
        return NextAct("Scheduler or physician", "Decide", late, "overdue" if late else "due")
    if state == ReferralState.NEEDS_INFORMATION:
        late = days > ANSWER_DAYS
        who = f"{'Scheduler asks again' if late else 'Answer awaited'}: {asked_for}"
        return NextAct(who, "Enter the answer", late, "overdue" if late else "info")
    if state == ReferralState.ACCEPTED:
        return NextAct("Assessor", "Open the patient", is_late=False, tone="ok")
    return NextAct("Nobody", "Take up again", is_late=False, tone="held")


def days_in_state(since: date, today: date) -> int:
    """Return whole calendar days of the clinic, 0 on the first."""
    return max(0, (today - since).days)


def days_in_words(days: int) -> str:
    """Return "since today", "1 day", "12 days"."""
    return "since today" if days == 0 else "1 day" if days == 1 else f"{days} days"


def reason_problems(to: str, text: str, *, again: bool = False) -> list[Problem]:
    """Return what is missing in the reason of a step (ENR-36). again: a closed referral is taken up again."""
    if text.strip():
        return []
    if to == ReferralState.NEEDS_INFORMATION:
        return [Blocker(ENR_36.id, "Say which information is missing, and who was asked for it.", "asked_for")]
    words = {
        ReferralState.DECLINED: "Say why the referral is declined; the referring provider will ask.",
        ReferralState.WITHDRAWN: "Say who withdrew the referral, and why.",
    }
    if to in words:
        return [Blocker(ENR_36.id, words[ReferralState(to)], "reason")]
    if to == ReferralState.RECEIVED and again:
        return [Blocker(ENR_36.id, "Say why the referral is taken up again.", "reason")]
    return []


def link_problems(born: date | None, patient: KnownPatient) -> list[Problem]:
    """Return what speaks against linking a referral to this patient (ENR-37). born: as the referral says."""
    if patient.state == EnrolmentState.MERGED:
        to = patient.kept_number or "another record"
        sentence = f"{patient.record_number} was merged into {to}. Link the referral to {to}."
        return [Blocker(ENR_37.id, sentence)]
    if born is not None and patient.birth_date != born:
        known = f"{patient.birth_date:%Y-%m-%d}" if patient.birth_date else "without a date"
        sentence = (
            f"The referral says born {born:%Y-%m-%d}, {patient.record_number} is born {known}. "
            "Link another patient, or say how you know that this is the same person."
        )
        return [NeedsConfirmation(ENR_37.id, sentence)]
    return []


def reopens(state: str) -> bool:
    """Whether a returning patient in this state becomes a referred one again."""
    return state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN)


def _received(new: NewReferral, today: date) -> list[Problem]:
    if new.received_on > today:
        sentence = f"The referral is dated {new.received_on:%Y-%m-%d}, which is in the future. Correct the date."
        return [Blocker(ENR_30.id, sentence, "received_on")]
    if age_on(new.received_on, today) >= OLDEST_REFERRAL_YEARS:
        sentence = (
            f"The referral is dated {new.received_on:%Y-%m-%d}, more than {OLDEST_REFERRAL_YEARS} years back. "
            "Correct the year, or ask for a new referral."
        )
        return [Blocker(ENR_30.id, sentence, "received_on")]
    return []


def _pain(new: NewReferral) -> list[Problem]:
    months = new.pain_months
    if months is None:
        return []
    if not 0 <= months <= LONGEST_PAIN_MONTHS:
        sentence = f"Pain for {months} months cannot be: give whole months from 0 to {LONGEST_PAIN_MONTHS}."
        return [Blocker(ENR_32.id, sentence, "pain_months")]
    if new.birth_date and new.birth_date <= new.received_on and months > _months(new.birth_date, new.received_on):
        sentence = (
            f"Pain for {months} months is longer than the patient's life. Correct the months or the birth date."
        )
        return [Blocker(ENR_32.id, sentence, "pain_months")]
    return []


def _months(first: date, last: date) -> int:
    """Whole months between two dates."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _named(new: NewReferral) -> list[Problem]:
    problems: list[Problem] = []
    if not any(map(str.isalpha, new.family_name)):
        problems.append(Blocker(ENR_33.id, "Type the family name.", "family_name"))
    if not new.source.strip():
        sentence = "Say who refers: the provider and practice, or “self”."
        problems.append(Blocker(ENR_33.id, sentence, "source"))
    for name, most in LENGTHS.items():
        long = len(getattr(new, name).strip())
        if long > most:
            said = name.replace("_", " ")
            sentence = f"The {said} has {long} characters; {most} fit. Shorten it."
            problems.append(Blocker(ENR_33.id, sentence, name))
    return problems
