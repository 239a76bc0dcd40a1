"""What a period's infusions showed: adverse events, side effects and flags, each counted apart, never together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from infusions.models import Flag, Infusion, InfusionEvent, VitalSet
from infusions.queries.adverse_events import Happening, happenings
from infusions.rules.adverse_events import TAPPED, worst
from infusions.rules.bounds import percent_at_most
from infusions.states import Sedation, Severity, SideEffect, Sign, StopReason
from kitclinic.models import Site
from scheduling.models import Patient

Kind = InfusionEvent.Kind
HARDLY_AWAKE = (Sedation.HARD_TO_ROUSE, Sedation.UNROUSABLE)
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Share:
    """So many of so many, and how often at most (AEV-08). what: infusions or patients."""

    count: int
    n: int
    what: str

    @property
    def at_most(self) -> Decimal | None:
        return percent_at_most(self.count, self.n) if self.n else None


@dataclass(frozen=True)
class EffectLine:
    """One side effect: infusions and patients with it, and infusions by worst severity."""

    label: str
    infusions: int
    patients: int
    by_severity: tuple[int, ...]  # mild, moderate, severe
    not_graded: int


@dataclass(frozen=True)
class FlagLine:
    label: str
    flags: int
    infusions: int


@dataclass(frozen=True)
class EventReport:
    """One period. happenings: newest first; adverse: those that count, of started infusions."""

    site: Site
    first: date | None
    last: date | None
    infusions: int
    patients: int
    happenings: tuple[Happening, ...]
    people: dict[int, int]
    effects: tuple[EffectLine, ...]
    with_effects: tuple[int, int]  # infusions, patients
    flags: tuple[FlagLine, ...]
    flagged: int  # infusions

    @property
    def adverse(self) -> list[Happening]:
        return [one for one in self.happenings if one.is_adverse and one.infusion.started_at is not None]

    @property
    def before_start(self) -> list[Happening]:
        """The team came before any drug ran: told, not counted."""
        return [one for one in self.happenings if one.is_adverse and one.infusion.started_at is None]

    @property
    def drafts(self) -> list[Happening]:
        return [one for one in self.happenings if not one.is_adverse]

    @property
    def of_infusions(self) -> Share:
        return Share(len(self.adverse), self.infusions, "infusions")

    @property
    def of_patients(self) -> Share:
        return Share(len({self.people[one.infusion.pk] for one in self.adverse}), self.patients, "patients")

    @property
    def shares(self) -> list[Share]:
        return [self.of_infusions, self.of_patients]

    @property
    def flag_number(self) -> int:
        return sum(line.flags for line in self.flags)


def event_report(site: Site, *, at: datetime, first: date | None = None, last: date | None = None) -> EventReport:
    """Every infusion that was started in the period, both days included; None: from or to where there is any."""
    days = Q(date__gte=first) if first else Q()
    days &= Q(date__lte=last) if last else Q()
    family = dict(Patient.objects.filter(site=site, merged_into__isnull=False).values_list("pk", "merged_into_id"))
    started = dict(
        Infusion.objects.filter(days, site=site, started_at__isnull=False).values_list("pk", "patient_id")
    )
    found = tuple(happenings(site, at=at, first=first, last=last))
    people = {pk: _person(patient, family) for pk, patient in started.items()}
    people |= {one.infusion.pk: _person(one.infusion.patient_id, family) for one in found}
    effects = _effects(site, days, {pk: people[pk] for pk in started})
    seen = {infusion for by_infusion in effects.values() for infusion in by_infusion}
    flags = _flags(site, days)
    return EventReport(
        site=site,
        first=first,
        last=last,
        infusions=len(started),
        patients=len({people[pk] for pk in started}),
        happenings=found,
        people=people,
        effects=tuple(_line(name, effects[name], people) for name in _order(effects)),
        with_effects=(len(seen), len({people[pk] for pk in seen})),
        flags=flags,
        flagged=_valid_flags(site, days).values("vital_set__infusion").distinct().count(),
    )


def _person(patient: int, family: dict[int, int]) -> int:
    """The record a merged one leads to, so that one person counts once."""
    while patient in family:
        patient = family[patient]
    return patient


def _effects(site: Site, days: Q, people: dict[int, int]) -> dict[str, dict[int, list[str]]]:
    """Side effect -> infusion -> severities, "" where nobody graded it. Only of started infusions."""
    found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    of_period = Infusion.objects.filter(days, site=site, started_at__isnull=False)
    events = InfusionEvent.objects.filter(site=site, infusion__in=of_period)
    struck = {detail["event"] for detail in events.filter(kind=Kind.STRUCK).values_list("detail", flat=True)}
    for pk, infusion, detail in events.filter(kind=Kind.SIDE_EFFECT).values_list("pk", "infusion_id", "detail"):
        if pk not in struck:
            found[_effect(detail.get("symptom", ""))][infusion].append(detail.get("severity", ""))
    sets = VitalSet.objects.filter(site=site, infusion__in=of_period, corrected_by__isnull=True)
    sets = sets.exclude(slot=VitalSet.Slot.BASELINE)
    telling = sets.filter(~Q(symptoms=[]) | Q(sedation__in=HARDLY_AWAKE))
    for infusion, symptoms, sedation in telling.values_list("infusion_id", "symptoms", "sedation"):
        names = {_effect(word) for word in symptoms} | (
            {SideEffect.SEDATION} if sedation in HARDLY_AWAKE else set()
        )
        for name in names:
            found[name][infusion].append("")
    # A stop for a side effect is one, whether or not anybody named it (AEV-03).
    named = {infusion for by_infusion in found.values() for infusion in by_infusion}
    for pk in of_period.filter(stop_reason=StopReason.SIDE_EFFECT).values_list("pk", flat=True):
        if pk not in named:
            found[UNNAMED][pk].append("")
    return found


def _effect(symptom: str) -> str:
    if symptom in SideEffect.values:
        return symptom
    return str(TAPPED.get(symptom, SideEffect.OTHER))


def _order(effects: Iterable[str]) -> list[str]:
    return [name for name in [*SideEffect.values, UNNAMED] if name in set(effects)]


def _line(name: str, by_infusion: dict[int, list[str]], people: dict[int, int]) -> EffectLine:
    grades = [worst(severities) for severities in by_infusion.values()]
    return EffectLine(
        label="Not named" if name == UNNAMED else str(SideEffect(name).label),
        infusions=len(by_infusion),
        patients=len({people[pk] for pk in by_infusion}),
        by_severity=tuple(grades.count(one) for one in Severity.values),
        not_graded=grades.count(""),
    )


def _valid_flags(site: Site, days: Q) -> QuerySet[Flag]:
    """Flags of sets that still stand, of infusions started in the period."""
    of_period = Infusion.objects.filter(days, site=site, started_at__isnull=False)
    return Flag.objects.filter(
        site=site,
        vital_set__infusion__in=of_period,
        vital_set__corrected_by__isnull=True,
        withdrawal__isnull=True,
    )


def _flags(site: Site, days: Q) -> tuple[FlagLine, ...]:
    rows = (
        _valid_flags(site, days)
        .values("sign")
        .annotate(flags=Count("pk"), infusions=Count("vital_set__infusion", distinct=True))
    )
    found = {row["sign"]: FlagLine(str(Sign(row["sign"]).label), row["flags"], row["infusions"]) for row in rows}
    return tuple(found[sign] for sign in Sign.values if sign in found)
