"""Simulated patients are asked by the plan and the ladder of the product, and some answer after each step.

The shares are chosen, not observed: by e-mail alone 45%, with reminders and calls 62% and more (Neve 2021).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import F

from kitclinic.models import OutboxMessage
from kitclinic.problems import Refused
from outcomes.actions import begin_sitting, plan_asks, record_answer, record_call, set_plan, take_steps
from outcomes.models import Assessment, AssessmentPlan, PlannedAssessment
from outcomes.queries.questionnaires import LIVE, Part, parts_of
from outcomes.rules.flow import course
from outcomes.rules.instruments import instruments
from outcomes.rules.plans import DEFAULT_LADDER, FOLLOW_UPS, IMPRESSION, OCCASIONS, Step, Way
from outcomes.rules.windows import BASELINE, LAST, SIX_MONTHS, THREE_MONTHS
from outcomes.simulation.answers import BASELINE as TOTALS
from outcomes.simulation.answers import item_values, wanted_total
from outcomes.simulation.clinic import Cast
from outcomes.states import AskState, CallResult, Helper, SittingMode
from scheduling.models import Patient
from scheduling.rules.protocols import STANDARD

BATTERY = ("PHQ-9", "DEMO-PainInterference-CAT", "DEMO-Fatigue-CAT", "GAD-7")
WHY = "To begin with, the four that matter most here; the plan can ask for all."
# Share of those not answered yet who answer after the invitation and after each later step.
SHARES = {
    BASELINE: (0.66, 0.4, 0.35, 0.3, 0.3),
    LAST: (0.5, 0.24, 0.25, 0.12, 0.08),
    THREE_MONTHS: (0.47, 0.24, 0.26, 0.14, 0.1),
    SIX_MONTHS: (0.4, 0.2, 0.22, 0.1, 0.08),
}
STOPS_HALF_WAY = 0.06
FAILS = 0.02  # of messages: a number that does not exist
PHONE_ANSWERS_BY = timedelta(minutes=9)


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of one window as it will be taken. place: in the ladder."""

    place: int
    at: datetime
    is_call: bool


def begin_with_plan(cast: Cast, *, at: datetime) -> None:
    """The demonstration's own plan, where the clinic has none."""
    if AssessmentPlan.objects.filter(site=cast.site, protocol=STANDARD).exists():
        return
    names = [name for name in BATTERY if name in instruments()]
    batteries = {one: names[:1] + [IMPRESSION] * (one in FOLLOW_UPS) + names[1:] for one in OCCASIONS}
    set_plan(
        site=cast.site,
        protocol=STANDARD,
        batteries=batteries,
        ladder=DEFAULT_LADDER,
        because=WHY,
        after=0,
        by=cast.administrator,
        at=at,
    )


def ask(cast: Cast, patient: Patient, *, occasions: tuple[str, ...], since: datetime, until: datetime) -> None:
    """Plan this patient's windows, climb the ladders up to a moment, and let the patient answer or not."""
    site, people = cast.site, [patient.pk]
    plan_asks(site=site, at=since, people=people)
    waiting = PlannedAssessment.objects.filter(site=site, patient=patient, state=AskState.PLANNED)
    for window in waiting.filter(occasion__in=occasions).order_by("ask_on"):
        _climb(cast, patient, window, since=since, until=until)
    if site.today(until) > site.today(since):
        plan_asks(site=site, at=until, people=people)


def _climb(cast: Cast, patient: Patient, window: PlannedAssessment, *, since: datetime, until: datetime) -> None:
    random = Random(f"{patient.site_id}:{patient.pk}:{window.occasion}:{window.anchor}")
    shares = SHARES[window.occasion]
    for moment in _moments(cast, window, random, since=since):
        if moment.at > until:
            return
        take_steps(at=moment.at, site=cast.site, people=[patient.pk])
        _left(cast, window, random)
        answers = random.random() < shares[min(moment.place, len(shares) - 1)]
        wait = timedelta(minutes=random.randrange(20, 600))
        if moment.is_call:
            wait = timedelta(minutes=random.randrange(20, 90))
        if answers and moment.at + wait < until:
            _answer(cast, patient, window, random, at=moment.at + wait, by_phone=moment.is_call)
            return
        if moment.is_call and not answers and moment.at + wait < until:
            _not_reached(cast, window, at=moment.at + wait)


def _moments(cast: Cast, window: PlannedAssessment, random: Random, *, since: datetime) -> list[Moment]:
    """When each step is taken: in working hours of its day, the invitation not before it was planned."""
    site, asked = cast.site, max(window.ask_on, cast.site.today(since))
    minute = random.randrange(600, 1000)
    found = []
    for place, step in enumerate(DEFAULT_LADDER):
        day = _day(step, asked, window.closes_on)
        if asked <= day <= window.closes_on:
            at = max(since, site.instant(day, minute))
            found.append(Moment(place, at, step.way is Way.CALL))
    return sorted(found, key=lambda moment: (moment.at, moment.place))


def _day(step: Step, asked: date, closes: date) -> date:
    if step.after_days is not None:
        return asked + timedelta(days=step.after_days)
    return closes - timedelta(days=step.before_close or 0)


def _left(cast: Cast, window: PlannedAssessment, random: Random) -> None:
    """What was queued has left when it was due; a few messages did not arrive."""
    queued = OutboxMessage.objects.filter(
        site=cast.site, key__startswith=f"ask:{window.pk}:", sent_at=None, problem=""
    )
    if random.random() < FAILS:
        queued.update(attempts=3, problem="The number does not exist.")
    else:
        queued.update(attempts=1, sent_at=F("due_at"))


def _not_reached(cast: Cast, window: PlannedAssessment, *, at: datetime) -> None:
    window.refresh_from_db()
    if window.state == AskState.ASKED:
        key = uuid5(NAMESPACE_URL, f"call:{window.pk}:{at.isoformat()}")
        record_call(ask=window, result=CallResult.NOT_REACHED, by=cast.scheduler, at=at, key=key)


def _answer(
    cast: Cast, patient: Patient, window: PlannedAssessment, random: Random, *, at: datetime, by_phone: bool
) -> int:
    """Sit down to the questions and answer them; return how many were answered."""
    form = Assessment.objects.filter(ask=window, state__in=LIVE).select_related("site", "patient__site").first()
    if form is None:
        return 0
    mode, helper = (SittingMode.PHONE, Helper.STAFF) if by_phone else (SittingMode.OWN, Helper.NONE)
    given, stops = 0, random.random() < STOPS_HALF_WAY
    try:
        sitting = begin_sitting(
            assessment=form, mode=mode, helper=helper, by=cast.scheduler if by_phone else None, at=at
        )
        for number, part in enumerate(parts_of(form)):
            if stops and number == 1:
                break
            for item, value in _answers(part, patient, window.occasion, random):
                at += timedelta(seconds=random.randrange(4, 19))
                key = _key(form, part, item)
                name = part.instrument.name
                record_answer(
                    assessment=form, sitting=sitting, instrument=name, item=item, value=value, key=key, at=at
                )
                given += 1
    except Refused:  # an infusion has started meanwhile: the rest waits
        return given
    return given


def _key(form: Assessment, part: Part, item: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"{form.site_id}:{form.pk}:{part.instrument.name}:{item}")


def _answers(part: Part, patient: Patient, occasion: str, random: Random) -> list[tuple[int, int]]:
    """Item numbers with answer codes, in the order in which they are asked."""
    name, instrument = part.instrument.name, part.instrument
    if name in TOTALS:
        return list(enumerate(item_values(random, name, wanted_total(patient, name, occasion)), start=1))
    level = Random(f"{patient.pk}:{name}").gauss(0.6, 0.2) - (0.07 if occasion != BASELINE else 0)
    answers: dict[int, int | None] = {}
    while (number := course(instrument, answers).next) is not None:
        options = instrument.item(number).options
        place = round(level * (len(options) - 1) + random.gauss(0, 0.6))
        answers[number] = options[min(len(options) - 1, max(0, place))].value
    return [(number, value) for number, value in answers.items() if value is not None]
