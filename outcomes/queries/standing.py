"""Where questionnaires stand for many patients: a gate of the strip, entries of the timeline."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from infusions.models import Infusion as InfusionRecord
from infusions.states import InfusionOutcome
from kitclinic.display import show
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission
from outcomes.models import Assessment, AssessmentPart, AssessmentPlan, SafetyTask, Score
from outcomes.queries.instruments import askable
from outcomes.rules.instruments import definitions, instruments, label_of
from outcomes.rules.links import OCCASIONS
from outcomes.rules.plans import default_batteries
from outcomes.rules.standing import baseline_gate, calendar
from outcomes.rules.windows import BASELINE, Infusion
from outcomes.rules.windows import Score as DatedScore
from outcomes.states import AssessmentState
from scheduling.models import Patient, Visit
from scheduling.rules.enrolment import EnrolmentFacts
from scheduling.rules.protocols import STANDARD
from scheduling.rules.readiness import Gate
from scheduling.rules.timeline import TimelineEvent
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED

WORKING = (AssessmentState.OPEN, AssessmentState.STARTED)
LANE = "Questionnaires"


def asked(site: Site, at: datetime, protocols: Collection[str]) -> dict[str, frozenset[str]]:
    """The measures of each protocol's baseline, of what can be asked here. One query, or four without a plan."""
    wanted = set(protocols)
    rows = AssessmentPlan.objects.filter(site=site, protocol__in=wanted).order_by("protocol", "-number")
    plans: dict[str, Sequence[str]] = {row.protocol: row.batteries[BASELINE] for row in rows.distinct("protocol")}
    if set(plans) != wanted or any(not set(names) <= set(instruments()) for names in plans.values()):
        known = askable(site, today=site.today(at))  # something licensed: is it installed?
        default = default_batteries(known)[BASELINE]
        plans = {one: [name for name in plans.get(one, default) if name in known] for one in wanted}
    return {one: frozenset(definitions()[name].measures[0] for name in names) for one, names in plans.items()}


def protocol_of(facts: EnrolmentFacts) -> str:
    """The protocol whose plan asks this patient: of the booked course, else of the last one finished."""
    course = facts.open_course or facts.finished
    return course.protocol if course else STANDARD


def in_order(row: Assessment) -> list[AssessmentPart]:
    """The parts of a questionnaire as they are asked; they are fetched before."""
    return sorted(row.parts.all(), key=lambda part: part.position)


def gates(
    patients: Sequence[Patient], *, site: Site, at: datetime, known: Mapping[int, EnrolmentFacts]
) -> dict[int, list[Gate]]:
    """Return the gate of the baseline questionnaires of each patient, by key. Four queries, or a few more."""
    keys = [one.pk for one in patients]
    protocols = {key: protocol_of(known[key]) for key in keys}
    measures = asked(site, at, protocols.values()) if keys else {}
    scores, infusions = _scores(keys, _all(measures), site, at), _infusions(keys, site, at)
    links = Assessment.objects.filter(site=site, patient__in=keys, state__in=WORKING, expires_at__gt=at)
    sent = {key: site.today(when) for key, when in links.order_by("sent_at").values_list("patient_id", "sent_at")}
    return {
        key: [
            baseline_gate(
                known[key],
                scores=scores[key],
                infusions=infusions[key],
                asked=measures[protocols[key]],
                sent_on=sent.get(key),
                today=site.today(at),
            )
        ]
        for key in keys
    }


def _all(measures: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*measures.values())


def _scores(keys: Sequence[int], asked_: Collection[str], site: Site, at: datetime) -> dict[int, list[DatedScore]]:
    found: dict[int, list[DatedScore]] = defaultdict(list)
    rows = Score.objects.current().filter(site=site, patient__in=keys, measure__in=asked_, recorded_at__lte=at)
    for row in rows.order_by("date", "pk"):
        clock = None if row.minute is None else time(row.minute // 60, row.minute % 60)
        found[row.patient_id].append(DatedScore(row.measure, row.date, clock, int(row.value * 10), key=row.pk))
    return found


def _infusions(keys: Sequence[int], site: Site, at: datetime) -> dict[int, list[Infusion]]:
    found: dict[int, list[Infusion]] = defaultdict(list)
    rows = InfusionRecord.objects.filter(site=site, patient__in=keys, started_at__lte=at)
    for key, start, outcome in rows.order_by("pk").values_list("patient_id", "started_at", "outcome"):
        if start is not None:
            local = site.local(start)
            found[key].append(Infusion(local.date(), local.time(), outcome == InfusionOutcome.COMPLETED))
    return found


def events(patient_keys: Sequence[int], *, site: Site, reader: StaffUser, at: datetime) -> list[TimelineEvent]:
    """Return questionnaires for everybody who finds patients, scores and safety tasks for who may see them."""
    may_see = reader.may(Permission.SEE_SCORES)
    return [
        *_questionnaires(patient_keys, site, may_see),
        *(_entered(patient_keys, site) if may_see else ()),
        *(_safety(patient_keys, site, reader) if may_see else ()),
        *_windows(patient_keys, site, at),
    ]


def _questionnaires(keys: Sequence[int], site: Site, may_see: bool) -> Iterator[TimelineEvent]:
    rows = Assessment.objects.filter(site=site, patient__in=keys).select_related("sent_by").order_by("pk")
    for row in rows.prefetch_related("scores", "parts"):
        names, occasion = (
            ", ".join(label_of(part.instrument) for part in in_order(row)),
            OCCASIONS.get(row.occasion, row.occasion),
        )
        state = "" if row.state == AssessmentState.COMPLETED else f"; {row.get_state_display().lower()}"
        there: dict[str, Any] = {"url_name": "outcomes:answers", "url_key": row.pk} if may_see else {}
        yield TimelineEvent(
            row.sent_at,
            site.today(row.sent_at),
            "questionnaire",
            f"Questionnaire sent: {names}",
            f"{occasion.lower()}{state}",
            row.sent_by.name if row.sent_by else "",
        )
        if row.completed_at:
            totals = ", ".join(f"{score.measure} {show(score.value)}" for score in row.scores.all())
            yield TimelineEvent(
                row.completed_at,
                site.today(row.completed_at),
                "questionnaire",
                f"Questionnaire answered: {names}",
                totals if may_see else occasion.lower(),
                lane=LANE,
                mark="answered",
                **there,
            )


def _entered(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    """Scores that came without a questionnaire of ours, one entry a day."""
    days: dict[tuple[date, str], list[Score]] = defaultdict(list)
    rows = Score.objects.current().filter(site=site, patient__in=keys, assessment__isnull=True)
    for row in rows.order_by("date", "measure", "pk"):
        days[row.date, row.source].append(row)
    for (day, source), scores in days.items():
        words = ", ".join(f"{score.measure} {show(score.value)}" for score in scores)
        title, at = f"Scores from {source}", site.instant(day, 0)
        yield TimelineEvent(at, day, "questionnaire", title, words, lane=LANE, mark="scores", timed=False)


def _safety(keys: Sequence[int], site: Site, reader: StaffUser) -> Iterator[TimelineEvent]:
    rows = SafetyTask.objects.filter(site=site, patient__in=keys).select_related("acknowledged_by").order_by("pk")
    may = reader.may(Permission.ANSWER_SAFETY_TASKS)
    for row in rows:
        there: dict[str, Any] = {"url_name": "outcomes:safety_task" if may else "", "url_key": row.pk}
        opened = f"Safety task opened{', high' if row.high else ''}"
        yield TimelineEvent(row.opened_at, site.today(row.opened_at), "questionnaire", opened, **there)
        if row.acknowledged_at:
            day, who = site.today(row.acknowledged_at), row.acknowledged_by.name if row.acknowledged_by else ""
            title = "Safety task acknowledged"
            yield TimelineEvent(row.acknowledged_at, day, "questionnaire", title, row.action, who, **there)


def _windows(keys: Sequence[int], site: Site, at: datetime) -> Iterator[TimelineEvent]:
    """The columns of the paper as spans of the picture, for the whole family of records together."""
    visits = Visit.objects.filter(site=site, patient__in=keys).exclude(state__in=RELEASED).order_by("date", "pk")
    rows = list(visits.values_list("date", "sequence__state", "sequence__protocol__protocol"))
    open_ones = [row for row in rows if row[1] in OPEN_SEQUENCE]
    booked = (open_ones[0][0], open_ones[-1][0]) if open_ones else None
    protocol = next((slug for *_, slug in reversed(open_ones or rows) if slug), STANDARD)
    measures = asked(site, at, [protocol])[protocol]
    scores = [score for rows in _scores(keys, measures, site, at).values() for score in rows]
    infusions = [one for rows in _infusions(keys, site, at).values() for one in rows]
    for window in calendar(scores, infusions, asked=measures, booked=booked, today=site.today(at)):
        count = f"{window.answered.number}/{window.answered.total}" if window.answered else ""
        start = site.instant(window.first_day, 0)
        yield TimelineEvent(
            start, window.first_day, "questionnaire", window.name, count, lane=LANE, until=window.last_day
        )
