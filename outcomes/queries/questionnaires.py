"""Questionnaires as the patient sees them: which link this is, which question comes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from math import ceil

from django.db.models import QuerySet

from infusions.models import Infusion
from kitclinic.models import Site
from kitclinic.problems import Problem
from outcomes.models import Assessment, ItemResponse, SafetyTask
from outcomes.rules.instruments import Instrument, Item, instruments
from outcomes.rules.links import may_open
from outcomes.rules.timing import in_words, may_answer
from outcomes.states import AssessmentState, SafetyTaskState
from scheduling.models import Patient

LIVE = (AssessmentState.OPEN, AssessmentState.STARTED)

Key = tuple[str, int]  # instrument, item number
Answers = dict[Key, int | None]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one questionnaire. number counts from 1 over all instruments.

    saved: the newest answer on record; None with answered: declined.
    steps: "on", "now" or "" for each question. minutes_left: whole minutes, rounded up.
    """

    number: int
    total: int
    instrument: Instrument
    item: Item
    answered: bool
    saved: int | None
    first_open: int
    minutes_left: int
    steps: tuple[str, ...]

    @property
    def is_last_open(self) -> bool:
        """True when this answer finishes the questionnaire."""
        return self.first_open == self.number == self.total


@dataclass(frozen=True, slots=True)
class Support:
    """What the support page says. call: when somebody will call, in words for the patient."""

    minutes_left: int
    next_number: int | None  # None: every question is answered
    clinic_open: bool
    call: str


def token_digest(token: str) -> str:
    """SHA-256 of a link's token, hexadecimal: all that is stored of it."""
    return sha256(token.encode()).hexdigest()


def by_token(token: str) -> Assessment | None:
    """Return the questionnaire this token opens, with its site and patient."""
    found = Assessment.objects.select_related("site", "patient")
    return found.filter(token_digest=token_digest(token)).first()


def by_id(pk: int) -> Assessment | None:
    """Return a questionnaire with its site and patient, for a device that has opened it."""
    return Assessment.objects.select_related("site", "patient").filter(pk=pk).first()


def live(patient: Patient) -> QuerySet[Assessment]:
    """Return the patient's questionnaires whose link still counts, oldest first."""
    return Assessment.objects.filter(site=patient.site, patient=patient, state__in=LIVE).order_by("sent_at", "pk")


def infusion_days(patient: Patient, *, at: datetime) -> list[date]:
    """Return the clinic's calendar days on which an infusion of this patient has started by now."""
    started = Infusion.objects.filter(site=patient.site, patient=patient, started_at__lte=at)
    return [patient.site.today(start) for start in started.values_list("started_at", flat=True) if start]


def standing_problems(assessment: Assessment, *, at: datetime) -> list[Problem]:
    """Return why this questionnaire may not be opened or answered now, for the patient's screen."""
    over = may_open(
        assessment.state,
        expires_at=assessment.expires_at,
        wrong_years=assessment.wrong_birth_years,
        at=at,
    )
    days = infusion_days(assessment.patient, at=at)
    return over or may_answer(days, today=assessment.site.today(at))


def items_of(assessment: Assessment) -> list[tuple[Instrument, Item]]:
    """Return every question of a questionnaire in the order it is asked."""
    known = instruments()
    return [(known[name], item) for name in assessment.instruments.split() for item in known[name].items]


def answers_of(assessment: Assessment) -> Answers:
    """Return the newest answer to each question that has one; None means declined."""
    rows = ItemResponse.objects.filter(site_id=assessment.site_id, assessment=assessment).order_by("pk")
    return {
        (instrument, item): value for instrument, item, value in rows.values_list("instrument", "item", "value")
    }


def first_open(assessment: Assessment, answers: Answers) -> int:
    """Return the number of the first question without an answer; one past the last when all have one."""
    for number, (instrument, item) in enumerate(items_of(assessment), start=1):
        if (instrument.name, item.number) not in answers:
            return number
    return len(items_of(assessment)) + 1


def minutes_for(items: Sequence[tuple[Instrument, Item]]) -> int:
    """Return how long these questions take, in whole minutes, rounded up."""
    return ceil(sum((Fraction(instrument.minutes, len(instrument.items)) for instrument, _ in items), Fraction(0)))


def question(assessment: Assessment, number: int) -> Question | None:
    """Return question ``number`` with what is saved; None when there is none of that number. One query."""
    items = items_of(assessment)
    if not 1 <= number <= len(items):
        return None
    answers = answers_of(assessment)
    instrument, item = items[number - 1]
    key = (instrument.name, item.number)
    return Question(
        number=number,
        total=len(items),
        instrument=instrument,
        item=item,
        answered=key in answers,
        saved=answers.get(key),
        first_open=first_open(assessment, answers),
        minutes_left=minutes_for(items[number - 1 :]),
        steps=tuple(_step(n, number, (i.name, j.number) in answers) for n, (i, j) in enumerate(items, start=1)),
    )


def _step(number: int, here: int, answered: bool) -> str:
    if number == here:
        return "now"
    return "on" if answered else ""


def support(assessment: Assessment, number: int, *, at: datetime, opens: datetime) -> Support | None:
    """Return the facts of the support page after question ``number``; None without such a question.

    opens: when somebody is at the clinic next; ``at`` itself while it is open.
    """
    items = items_of(assessment)
    if not 1 <= number <= len(items):
        return None
    done = assessment.state == AssessmentState.COMPLETED
    return Support(
        minutes_left=0 if done else minutes_for(items[number:]),
        next_number=None if done or number == len(items) else number + 1,
        clinic_open=opens <= at,
        call=_call(assessment.site, at=at, opens=opens),
    )


def call_promised(assessment: Assessment, *, at: datetime, opens: datetime) -> str:
    """Return when a nurse calls, "" when no answer asked for it or somebody has taken it up already."""
    waiting = SafetyTask.objects.filter(
        site=assessment.site,
        response__assessment=assessment,
        state__in=[SafetyTaskState.OPEN, SafetyTaskState.ESCALATED],
    )
    return _call(assessment.site, at=at, opens=opens) if waiting.exists() else ""


def _call(site: Site, *, at: datetime, opens: datetime) -> str:
    if opens <= at:
        return "within 1 hour"
    local = site.local(opens)
    day = "today" if local.date() == site.today(at) else f"on {in_words(local.date())}"
    clock = f"{(local.hour - 1) % 12 + 1}:{local:%M}\N{NO-BREAK SPACE}{'am' if local.hour < 12 else 'pm'}"
    return f"{day}, soon after we open at {clock}"
