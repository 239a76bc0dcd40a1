"""Safety of a study: adverse events, side effects apart, flags, stops, calls. One query a figure, in SQL."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connections
from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from infusions.models import AdverseEventReview, Flag, Infusion, InfusionEvent, VitalSet
from infusions.queries.event_counts import HARDLY_AWAKE, UNNAMED
from infusions.rules.adverse_events import EVENT_REASONS, TAPPED
from infusions.rules.vitals import VIT_01, VIT_03, VIT_04, VIT_05, VIT_06, VIT_08
from infusions.states import (
    AdverseEventKind,
    Grade,
    InfusionOutcome,
    Relatedness,
    Severity,
    SideEffect,
    Sign,
    StopReason,
)
from kitclinic.display import in_sentence
from outcomes.queries.cohorts import PERSON
from outcomes.queries.study import Study
from outcomes.rules.histories import day_number
from outcomes.rules.published import SAMPLE_SIZE, published_more
from outcomes.rules.safety_figures import Bounded, Period
from scheduling.rules.protocols import STANDARD

Kind = InfusionEvent.Kind
FLAG_RULES = {rule.id: rule.sentence for rule in (VIT_01, VIT_03, VIT_04, VIT_05, VIT_06, VIT_08)}
NOBODY = 0  # a key that no patient has
NOT_JUDGED = "Not judged yet"
SEVERITIES = {"": 0} | {str(name): rank for rank, name in enumerate(Severity.values, start=1)}


@dataclass(frozen=True, slots=True)
class AdverseLine:
    """One adverse event. kind, grade, cause: words of the newest review, "" while nobody judged."""

    infusion: int
    person: int
    record_number: str
    day: date
    why: str
    kind: str
    grade: str
    cause: str

    @property
    def judged(self) -> bool:
        return bool(self.kind)


@dataclass(frozen=True, slots=True)
class CountLine:
    """One line of counts. note: what stands beneath the label; events: things counted, where not infusions."""

    label: str
    infusions: int
    patients: int
    note: str = ""
    events: int = 0
    by_severity: tuple[int, ...] = ()  # not graded, mild, moderate, severe


@dataclass(frozen=True, slots=True)
class SafetyFigures:
    """What the page shows. with_effects, flagged: infusions with at least one; calls: of an emergency team."""

    period: Period
    is_registry: bool
    infusions: int
    patients: int
    adverse: tuple[AdverseLine, ...]
    stops: tuple[CountLine, ...]
    calls: CountLine
    calls_before: int
    effects: tuple[CountLine, ...]
    with_effects: CountLine
    flags: tuple[CountLine, ...]
    flagged: int

    @property
    def shares(self) -> tuple[Bounded, Bounded]:
        """Infusions and patients with an adverse event (OUT-87, OUT-88)."""
        people = {line.person for line in self.adverse}
        return (
            Bounded(len(self.adverse), self.infusions),
            Bounded(len(people), self.patients, "patients"),
        )

    @property
    def team_shares(self) -> tuple[Bounded, Bounded]:
        """Infusions and patients for whom an emergency team came: what the paper reports."""
        return (
            Bounded(self.calls.infusions, self.infusions),
            Bounded(self.calls.patients, self.patients, "patients"),
        )

    @property
    def published(self) -> Bounded:
        return Bounded(published_more().counts["adverse events"]["emergency team"], SAMPLE_SIZE, "patients")

    @property
    def flagged_share(self) -> Bounded:
        return Bounded(self.flagged, self.infusions)

    @property
    def stopped(self) -> Bounded:
        return Bounded(sum(line.infusions for line in self.stops), self.infusions)

    def by(self, name: str) -> tuple[tuple[str, int], ...]:
        """Return adverse events by "kind", "grade" or "cause", those not judged last."""
        found = Counter(str(getattr(line, name)) or NOT_JUDGED for line in self.adverse)
        return tuple(sorted(found.items(), key=lambda item: (item[0] == NOT_JUDGED, item[0])))

    @property
    def judgements(self) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
        return (("Kind", self.by("kind")), ("Grade", self.by("grade")), ("Caused by ketamine", self.by("cause")))


def safety_figures(found: Study, period: Period) -> SafetyFigures:
    """Return the figures of a study's patients in a period. Seven queries; of a registry only what it holds."""
    if found.asked.source.is_registry:
        return _of_registry(found, period)
    given = _given(found, period)
    started = given.filter(started_at__isnull=False)
    whole = started.aggregate(infusions=Count("pk"), patients=Count(PERSON, distinct=True))
    calls, calls_before = _calls(given)
    effects, with_effects = _effects(started)
    flags, flagged = _flags(started)
    return SafetyFigures(
        period=period,
        is_registry=False,
        infusions=whole["infusions"],
        patients=whole["patients"],
        adverse=_adverse(started),
        stops=_stops(started),
        calls=calls,
        calls_before=calls_before,
        effects=effects,
        with_effects=with_effects,
        flags=flags,
        flagged=flagged,
    )


def _of_registry(found: Study, period: Period) -> SafetyFigures:
    """Return infusions and those not completed; a registry says nothing else about safety."""
    given = found.kept.infusions
    keep = (given.day <= day_number(found.asked.as_of)) & found.members[given.of]
    if period.first:
        keep &= given.day >= day_number(period.first)
    if period.last:
        keep &= given.day <= day_number(period.last)
    rows = given.where(keep)
    stopped = rows.where(~rows.completed)
    line = CountLine("Not completed", len(stopped), len(np.unique(stopped.of)), "a registry does not say why")
    none = CountLine("", 0, 0)
    return SafetyFigures(
        period=period,
        is_registry=True,
        infusions=len(rows),
        patients=len(np.unique(rows.of)),
        adverse=(),
        stops=(line,) if len(stopped) else (),
        calls=none,
        calls_before=0,
        effects=(),
        with_effects=none,
        flags=(),
        flagged=0,
    )


def _given(found: Study, period: Period) -> QuerySet[Infusion]:
    """Return the infusions of the patients shown, under their protocol, in the period up to the as-of day."""
    asked = found.asked
    slug = asked.protocol.slug
    under = Q(visit__sequence__protocol__protocol=slug)
    if slug == STANDARD:
        under |= Q(visit__sequence__protocol=None)
    rows = Infusion.objects.using(settings.READING_DATABASE).filter(
        under, site=asked.source.site, date__lte=asked.as_of
    )
    if period.first:
        rows = rows.filter(date__gte=period.first)
    if period.last:
        rows = rows.filter(date__lte=period.last)
    if not asked.filters.is_empty:
        keys = found.histories.people.key[found.members].tolist() or [NOBODY]
        rows = rows.filter(Q(patient__in=keys) | Q(patient__merged_into__in=keys))
    return rows


def _standing(kind: str) -> QuerySet[InfusionEvent]:
    """Return events of a kind of the infusion outside that are not struck out."""
    return _not_struck(InfusionEvent.objects.filter(infusion=OuterRef("pk"), kind=kind))


def _not_struck(events: QuerySet[InfusionEvent]) -> QuerySet[InfusionEvent]:
    struck = InfusionEvent.objects.filter(infusion=OuterRef("infusion"), kind=Kind.STRUCK)
    struck = struck.annotate(what=Cast(KT("detail__event"), BigIntegerField())).filter(what=OuterRef("pk"))
    return events.exclude(Exists(struck))


def _adverse(started: QuerySet[Infusion]) -> tuple[AdverseLine, ...]:
    """Return every adverse event (AEV-01) with what the newest review says, newest first. One query."""
    review = AdverseEventReview.objects.filter(infusion=OuterRef("pk")).order_by("-at", "-pk")
    rows = started.annotate(
        team=Exists(_standing(Kind.EMERGENCY_TEAM)),
        category=Subquery(review.values("category")[:1]),
        grade=Subquery(review.values("grade")[:1]),
        cause=Subquery(review.values("relatedness")[:1]),
    ).filter(Q(stop_reason__in=EVENT_REASONS) | Q(team=True))
    lines = rows.order_by("-date", "-pk").values_list(
        "pk", PERSON, "patient__record_number", "date", "stop_reason", "team", "category", "grade", "cause"
    )
    return tuple(
        AdverseLine(
            infusion=pk,
            person=person,
            record_number=number,
            day=day,
            why=_why(reason, team=team),
            kind=str(AdverseEventKind(category).label) if category else "",
            grade=str(Grade(grade).label) if grade else "",
            cause=str(Relatedness(cause).label) if cause else "",
        )
        for pk, person, number, day, reason, team, category, grade, cause in lines
    )


def _why(reason: str, *, team: bool) -> str:
    parts = [f"Stopped: {in_sentence(str(StopReason(reason).label))}"] if reason in EVENT_REASONS else []
    return "; ".join([*parts, *(["emergency team"] if team else [])]).capitalize()


def _stops(started: QuerySet[Infusion]) -> tuple[CountLine, ...]:
    """Return infusions stopped early by reason, the most frequent first. One query."""
    rows = started.filter(outcome=InfusionOutcome.STOPPED).values("stop_reason")
    counted = rows.annotate(infusions=Count("pk"), patients=Count(PERSON, distinct=True))
    lines = [
        CountLine(
            str(StopReason(row["stop_reason"]).label) if row["stop_reason"] else "Why is not said",
            row["infusions"],
            row["patients"],
            "adverse event" if row["stop_reason"] in EVENT_REASONS else "",
        )
        for row in counted
    ]
    return tuple(sorted(lines, key=lambda line: (-line.infusions, line.label)))


def _calls(given: QuerySet[Infusion]) -> tuple[CountLine, int]:
    """Return the emergency team's calls, and how many came before any drug ran. One query."""
    events = _not_struck(
        InfusionEvent.objects.using(given.db).filter(kind=Kind.EMERGENCY_TEAM, infusion__in=given.values("pk"))
    )
    started = Q(infusion__started_at__isnull=False)
    person = Coalesce("infusion__patient__merged_into", "infusion__patient")
    found = events.aggregate(
        calls=Count("pk", filter=started),
        infusions=Count("infusion", filter=started, distinct=True),
        patients=Count(person, filter=started, distinct=True),
        before=Count("pk", filter=~started),
    )
    line = CountLine("Emergency team called", found["infusions"], found["patients"], events=found["calls"])
    return line, found["before"]


def _flags(started: QuerySet[Infusion]) -> tuple[tuple[CountLine, ...], int]:
    """Return flags by rule and sign, and infusions with at least one (OUT-90). Two queries."""
    rows = Flag.objects.using(started.db).filter(
        vital_set__infusion__in=started.values("pk"),
        vital_set__corrected_by__isnull=True,
        withdrawal__isnull=True,
    )
    counted = rows.values("rule", "sign").annotate(
        flags=Count("pk"),
        infusions=Count("vital_set__infusion", distinct=True),
        patients=Count(
            Coalesce("vital_set__infusion__patient__merged_into", "vital_set__infusion__patient"), distinct=True
        ),
    )
    order = list(Sign.values)
    lines = [
        CountLine(
            f"{Sign(row['sign']).label}, {row['rule']}",
            row["infusions"],
            row["patients"],
            FLAG_RULES.get(row["rule"], ""),
            row["flags"],
        )
        for row in sorted(counted, key=lambda row: (row["rule"], order.index(row["sign"])))
    ]
    flagged = rows.aggregate(n=Count("vital_set__infusion", distinct=True))["n"]
    return tuple(lines), flagged


EFFECTS = """
WITH given AS ({given}),
seen AS (
  SELECT event.infusion_id AS infusion, given.person,
         event.detail ->> 'symptom' AS word, coalesce(event.detail ->> 'severity', '') AS severity
  FROM {events} event JOIN given ON given.infusion = event.infusion_id
  WHERE event.kind = 'side_effect' AND NOT EXISTS (
    SELECT 1 FROM {events} strike WHERE strike.infusion_id = event.infusion_id AND strike.kind = 'struck'
    AND (strike.detail ->> 'event')::bigint = event.id)
  UNION ALL
  SELECT taken.infusion_id, given.person, word, ''
  FROM {sets} taken JOIN given ON given.infusion = taken.infusion_id
  CROSS JOIN LATERAL unnest(
    taken.symptoms::text[] || CASE WHEN taken.sedation = ANY(%s) THEN ARRAY[%s] ELSE ARRAY[]::text[] END) AS word
  WHERE taken.slot <> 'baseline'
  AND NOT EXISTS (SELECT 1 FROM {sets} later WHERE later.corrects_id = taken.id)
),
stopped AS (
  SELECT given.infusion, given.person, %s AS word, '' FROM given
  WHERE given.stop_reason = 'side_effect' AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.infusion = given.infusion)
),
named AS (
  SELECT infusion, person, coalesce(%s::jsonb ->> word, 'other') AS effect,
         max(coalesce((%s::jsonb ->> severity)::int, 0)) AS worst
  FROM (SELECT * FROM seen UNION ALL SELECT * FROM stopped) AS all_words
  GROUP BY 1, 2, 3
)
SELECT coalesce(effect, ''), count(DISTINCT infusion), count(DISTINCT person),
       count(*) FILTER (WHERE worst = 0), count(*) FILTER (WHERE worst = 1),
       count(*) FILTER (WHERE worst = 2), count(*) FILTER (WHERE worst = 3)
FROM named GROUP BY GROUPING SETS ((effect), ())
"""


def _effects(started: QuerySet[Infusion]) -> tuple[tuple[CountLine, ...], CountLine]:
    """Return side effects, each infusion once a kind at the worst severity (AEV-11), and with any. One query.

    A stop for a side effect that nobody named counts as not named (AEV-03).
    """
    rows = started.values_list("pk", PERSON, "stop_reason").order_by()
    given, values = rows.query.get_compiler(using=started.db).as_sql()
    sql = EFFECTS.format(
        given=f"SELECT * FROM ({given}) AS rows (infusion, person, stop_reason)",  # noqa: S608  # nosec
        events=InfusionEvent._meta.db_table,
        sets=VitalSet._meta.db_table,
    )
    effect_of = {str(one): str(one) for one in SideEffect.values} | {UNNAMED: UNNAMED}
    effect_of = {word: str(effect) for word, effect in TAPPED.items()} | effect_of
    awake = [str(one) for one in HARDLY_AWAKE]
    told: list[Any] = [awake, str(SideEffect.SEDATION), UNNAMED, json.dumps(effect_of), json.dumps(SEVERITIES)]
    with connections[started.db].cursor() as cursor:
        cursor.execute(sql, [*values, *told])
        found = {effect: numbers for effect, *numbers in cursor.fetchall()}
    total = found.pop("", [0, 0])
    order = [*(str(one) for one in SideEffect.values), UNNAMED]
    return tuple(_effect(name, found[name]) for name in order if name in found), CountLine(
        "With any side effect", total[0], total[1]
    )


def _effect(name: str, numbers: Iterable[int]) -> CountLine:
    infusions, patients, *by_severity = numbers
    label = "Not named" if name == UNNAMED else str(SideEffect(name).label)
    return CountLine(label, infusions, patients, by_severity=tuple(by_severity))
