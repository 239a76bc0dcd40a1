"""Questionnaires as the patient sees them: which link this is, which question comes now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from django.db.models import QuerySet, prefetch_related_objects

from infusions.models import Infusion
from kitclinic.models import Site
from kitclinic.problems import Problem
from kitclinic.site_rows import found_by_key
from kitclinic.tokens import token_digest
from outcomes.models import (
    AnswerDayOverride,
    Assessment,
    AssessmentLink,
    AssessmentPart,
    ItemResponse,
    Sitting,
)
from outcomes.queries.call_promise import Promise, call_promise, promise_of
from outcomes.queries.instruments import instrument_of
from outcomes.rules.flow import Course, course, seconds_for
from outcomes.rules.links import link_problems, may_open
from outcomes.rules.structure import Instrument, Item
from outcomes.rules.timing import may_answer
from outcomes.rules.words import Words, words
from outcomes.states import AssessmentState
from scheduling.models import Patient

BAR, GAP = 1000, 8  # the progress bar in its own units
MOST_IN_LINES = 8  # answers of an item, one a line; more are shown as a row of numbers
LIVE = (AssessmentState.OPEN, AssessmentState.STARTED)

Key = tuple[str, int]  # instrument, item number
Answers = dict[Key, int | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One instrument of a questionnaire, how far it is, and what was answered. row: as it is stored."""

    row: AssessmentPart
    instrument: Instrument
    answers: dict[int, int | None]
    course: Course

    @property
    def is_over(self) -> bool:
        """True when nothing of it is left to ask."""
        return self.row.closed_at is not None or self.course.next is None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One part in the progress bar, BAR units wide: where it begins, how wide it is, how much of it is done."""

    x: int
    width: int
    done: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one questionnaire. number counts from 1 over all instruments, in the order asked.

    total: how many there will be; about: True while an adaptive test makes that an estimate.
    saved: the newest answer on record; None with answered: declined. first_open: number of the question that
    comes now. back: number of the question before this one, 0 where there is none that may still be changed.
    steps: a stretch of the progress bar for each part. minutes_left: whole minutes, rounded up.
    parts: instruments in all.
    """

    number: int
    total: int
    about: bool
    part: Part
    item: Item
    answered: bool
    saved: int | None
    first_open: int
    back: int
    minutes_left: int
    steps: tuple[Stretch, ...]
    parts: int

    @property
    def here(self) -> str:
        """Which question this is, as its page says it when it is sent (PRO-71)."""
        return f"{self.part.row.assessment_id} {self.part.row.instrument} {self.item.number}"

    @property
    def is_shut_behind(self) -> bool:
        """True when there are questions before this one and none of them may be changed any more."""
        return self.number > 1 and not self.back

    @property
    def is_scale(self) -> bool:
        """True for an item of many points, 0 to 10: shown as a row of numbers."""
        return len(self.item.options) > MOST_IN_LINES

    @property
    def instrument(self) -> Instrument:
        return self.part.instrument

    @property
    def is_last_open(self) -> bool:
        """True when this answer finishes the questionnaire, as far as can be told now."""
        return self.first_open == self.number == self.total and not self.about


@dataclass(frozen=True, slots=True)
class Support:
    """What the support page says. call: when somebody will call, in words for the patient."""

    minutes_left: int
    next_number: int | None  # None: every question is answered
    clinic_open: bool
    call: str


def link_by_token(token: str) -> AssessmentLink | None:
    """Return the link this token belongs to, with its questionnaire, site and patient."""
    found = AssessmentLink.objects.select_related("site", "assessment__site", "assessment__patient")
    return found_by_key(
        found.filter(token_digest=token_digest(token)), because="a questionnaire, by its link's code"
    )


def sitting_by_id(pk: int) -> Sitting | None:
    """Return a sitting with its questionnaire, site and patient, for a device that has opened it."""
    found = Sitting.objects.select_related("assessment__site", "assessment__patient__site", "tablet")
    return found_by_key(
        found.filter(pk=pk), because="a sitting, by the signed cookie of the device that opened it"
    )


def live(patient: Patient) -> QuerySet[Assessment]:
    """Return the patient's questionnaires whose links still count, oldest first."""
    return Assessment.objects.filter(site=patient.site, patient=patient, state__in=LIVE).order_by("sent_at", "pk")


def infusion_days(patient: Patient, *, at: datetime) -> list[date]:
    """Return the clinic's calendar days on which an infusion of this patient has started by now."""
    started = Infusion.objects.filter(site=patient.site, patient=patient, started_at__lte=at)
    return [patient.site.today(start) for start in started.values_list("started_at", flat=True) if start]


def may_answer_today(patient: Patient, *, at: datetime) -> list[Problem]:
    """Return why this patient may not answer now: an infusion has started today and nobody permitted it."""
    today = patient.site.today(at)
    problems = may_answer(infusion_days(patient, at=at), today=today)
    if problems and AnswerDayOverride.objects.filter(site=patient.site, patient=patient, day=today).exists():
        return []
    return problems


def standing_problems(assessment: Assessment, *, at: datetime) -> list[Problem]:
    """Return why this questionnaire may not be opened or answered now, for the patient's screen."""
    over = may_open(
        assessment.state,
        expires_at=assessment.expires_at,
        wrong_years=assessment.wrong_birth_years,
        replaced=assessment.state == AssessmentState.WITHDRAWN and _is_replaced(assessment, at=at),
        at=at,
    )
    return over or may_answer_today(assessment.patient, at=at)


def _is_replaced(assessment: Assessment, *, at: datetime) -> bool:
    """Whether a questionnaire sent after this one has a link that works."""
    newer = live(assessment.patient).filter(pk__gt=assessment.pk, expires_at__gt=at)
    return newer.filter(links__expires_at__gt=at).exists()


def link_standing(link: AssessmentLink, *, at: datetime) -> list[Problem]:
    """Return why this link does not open its questionnaire now."""
    over = standing_problems(link.assessment, at=at)
    return over or link_problems(expires_at=link.expires_at, at=at)


def parts_of(assessment: Assessment) -> list[Part]:
    """Return the instruments of a questionnaire with their answers, in the order they are asked. Two queries."""
    return parts_of_each([assessment])[assessment.pk]


def parts_of_each(assessments: Sequence[Assessment]) -> dict[int, list[Part]]:
    """Return the parts of each questionnaire by its key. Two queries, however many questionnaires.

    Two more where another engine asks some of them.
    """
    rows = AssessmentPart.objects.filter(assessment__in=assessments).order_by("assessment_id", "position")
    given = ItemResponse.objects.filter(assessment__in=assessments).order_by("pk")
    answers: dict[tuple[int, str], dict[int, int | None]] = defaultdict(dict)
    for key, name, item, value in given.values_list("assessment_id", "instrument", "item", "value"):
        answers[key, name][item] = value
    language = {assessment.pk: assessment.language for assessment in assessments}
    found: dict[int, list[Part]] = {assessment.pk: [] for assessment in assessments}
    kept = list(rows.select_related("wording", "bank", "table", "remote"))
    remote = [row for row in kept if row.remote_id]
    if remote:
        prefetch_related_objects(remote, "remote_items", "remote_results")
    for row in kept:
        instrument = instrument_of(row, language[row.assessment_id])
        own = answers[row.assessment_id, row.instrument]
        found[row.assessment_id].append(Part(row, instrument, own, course(instrument, own)))
    return found


def with_answer(parts: Sequence[Part], changed: Part, item: int, value: int | None) -> list[Part]:
    """Return the parts as they are after this answer; only the one it belongs to is walked again. No query."""
    given = {number: kept for number, kept in changed.answers.items() if number != item} | {item: value}
    after = replace(changed, answers=given, course=course(changed.instrument, given))
    return [after if part is changed else part for part in parts]


def answers_of(assessment: Assessment) -> Answers:
    """Return the newest answer to each question that has one; None means declined."""
    rows = ItemResponse.objects.filter(site_id=assessment.site_id, assessment=assessment).order_by("pk")
    return {
        (instrument, item): value for instrument, item, value in rows.values_list("instrument", "item", "value")
    }


def asked_in(parts: Sequence[Part]) -> list[tuple[Part, Item]]:
    """Return every question up to the one that comes now, in the order asked."""
    found: list[tuple[Part, Item]] = []
    for part in parts:
        found += [(part, part.instrument.item(number)) for number in part.course.questions]
        if part.course.next is not None:
            break
    return found


def first_open(parts: Sequence[Part]) -> int:
    """Return the number of the question that comes now; one past the last when every part is over."""
    count = 0
    for part in parts:
        count += len(part.course.asked)
        if part.course.next is not None:
            return count + 1
    return count + 1


def expected(parts: Sequence[Part]) -> int:
    """Return how many questions there will be in all, as far as can be told now."""
    return sum(part.course.expected for part in parts)


def is_estimate(parts: Sequence[Part]) -> bool:
    """True while an adaptive test is not over: the number of questions is not certain."""
    return any(part.instrument.is_adaptive and part.course.next is not None for part in parts)


def minutes_left(parts: Sequence[Part], *, before: int) -> int:
    """Return how long the questions take that come after the first ``before`` ones, whole minutes, rounded up."""
    seconds = 0
    for part in parts:
        passed = min(before, len(part.course.asked))
        before -= passed
        seconds += seconds_for(part.instrument, part.course.expected - passed)
    return ceil(seconds / 60)


def question(assessment: Assessment, number: int) -> Question | None:
    """Return question ``number`` with what is saved; None when there is none of that number. Two queries."""
    parts = parts_of(assessment)
    asked = asked_in(parts)
    if not 1 <= number <= len(asked):
        return None
    part, item = asked[number - 1]
    total = max(expected(parts), len(asked))
    return Question(
        number=number,
        total=total,
        about=is_estimate(parts),
        part=part,
        item=item,
        answered=item.number in part.answers,
        saved=part.answers.get(item.number),
        first_open=first_open(parts),
        back=number - 1 if number > 1 and _may_go_back(asked[number - 2][0]) else 0,
        minutes_left=minutes_left(parts, before=number - 1),
        steps=stretches(parts, before=number - 1),
        parts=len(parts),
    )


def _may_go_back(part: Part) -> bool:
    """A test that another engine runs goes one way only (PRO-157)."""
    return part.row.closed_at is None and part.instrument.remote is None


def waiting_part(parts: Sequence[Part]) -> Part | None:
    """Return the part whose next question another engine has to choose now; None for none."""
    now = next((part for part in parts if part.course.next is not None), None)
    return now if now is not None and now.course.waits and now.row.closed_at is None else None


def stretches(parts: Sequence[Part], *, before: int) -> tuple[Stretch, ...]:
    """Return the progress bar: each part as wide as it has questions, filled with those before this one."""
    room = BAR - GAP * (len(parts) - 1)
    total = max(sum(part.course.expected for part in parts), 1)
    found, x = [], 0
    for part in parts:
        width = max(room * part.course.expected // total, 1)
        passed = min(before, len(part.course.asked))
        before -= passed
        found.append(Stretch(x, width, width * passed // max(part.course.expected, 1)))
        x += width + GAP
    return tuple(found)


def support(assessment: Assessment, number: int, *, at: datetime, opens: datetime) -> Support | None:
    """Return the facts of the support page after question ``number``; None without such a question.

    opens: when somebody is at the clinic next; ``at`` itself while it is open.
    """
    parts = parts_of(assessment)
    if not 1 <= number < first_open(parts):
        return None
    done = assessment.state == AssessmentState.COMPLETED
    return Support(
        minutes_left=0 if done else minutes_left(parts, before=number),
        next_number=None if done else number + 1,
        clinic_open=opens <= at,
        call=_call(
            assessment.site,
            call_promise(assessment, at=at) or promise_of(assessment.site, None, at=at),
            words(assessment.language),
            at=at,
        ),
    )


def call_promised(assessment: Assessment, *, at: datetime) -> str:
    """Return when a nurse calls, "" when no answer asked for it or somebody has taken it up already."""
    found = call_promise(assessment, at=at)
    return _call(assessment.site, found, words(assessment.language), at=at) if found else ""


def _call(site: Site, promise: Promise, said: Words, *, at: datetime) -> str:
    if promise.opens_at is None:
        return (
            said.say("within_hour")
            if promise.minutes == 60
            else said.say("within_minutes", minutes=promise.minutes)
        )
    local = site.local(promise.opens_at)
    clock = said.clock(local)
    if local.date() == site.today(at):
        return said.say("call_today", clock=clock)
    return said.say("call_day", day=local.date(), clock=clock)
