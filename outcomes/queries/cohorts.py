"""The patients behind the outcomes of one source, the clinic's own or a registry's, as the rules take them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from infusions.models import Infusion as InfusionRecord
from infusions.models import RegistryInfusion
from infusions.states import InfusionOutcome
from kitclinic.models import Site
from outcomes.models import RegistryImport
from outcomes.models import Score as ScoreRecord
from outcomes.rules.measures import measures
from outcomes.rules.protocols import apart
from outcomes.rules.windows import Infusion, Score
from scheduling.models import Patient, Visit
from scheduling.queries.protocols import Choice, protocol_choices
from scheduling.rules.protocols import STANDARD
from scheduling.states import MissedReason, VisitState

# Whose a row is: of a merged record the patient it was merged into.
PERSON = Coalesce("patient__merged_into", "patient")
PROTOCOL = "visit__sequence__protocol__protocol"  # of an infusion; None: the standard as published


@dataclass(frozen=True, slots=True)
class Source:
    """Where outcomes are read from. label: of the last import; cut: when a registry was last imported."""

    site: Site
    name: str
    is_registry: bool
    is_simulated: bool
    label: str = ""
    cut: datetime | None = None
    scored: int = 0  # patients with at least one score

    @property
    def slug(self) -> str:
        """How an address names it."""
        return self.site.slug


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """One patient with every infusion and score, up to whatever day; the rules look at the as-of date."""

    pk: int
    record_number: str
    infusions: tuple[Infusion, ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Everything that outcomes of one source under one protocol are made of.

    missed: days missed, by reason, as label and count; others: patients treated under other protocols by the
    as-of date, who are not among these; switched: of these, who went on to another one and count until then.
    """

    source: Source
    patients: tuple[CohortPatient, ...]
    missed: tuple[tuple[str, int], ...]
    others: int = 0
    switched: int = 0


def sources(site: Site) -> tuple[Source, ...]:
    """Return the clinic itself and its registries, in two queries."""
    rows = ScoreRecord.objects.filter(site=OuterRef("pk")).exclude(is_demo=True, site__is_demo=False)
    counted = rows.order_by().values("site")
    scored = Subquery(counted.annotate(patients=Count(PERSON, distinct=True)).values("patients"))
    offered = Site.objects.filter(Q(pk=site.pk) | Q(registry_of=site)).annotate(scored=scored)
    sites = list(offered.order_by("registry_of_id", "pk"))
    imports = RegistryImport.objects.filter(site__registry_of=site).order_by("site_id", "at", "pk")
    latest = {record.site_id: record for record in imports}
    found = []
    for each in sorted(sites, key=lambda s: (s.pk != site.pk, s.pk)):
        record = latest.get(each.pk)
        found.append(
            Source(
                site=each,
                name="This clinic" if each.pk == site.pk else "Registry",
                is_registry=each.pk != site.pk,
                is_simulated=each.is_demo,
                label=record.label if record else "",
                cut=record.at if record else None,
                scored=each.scored or 0,
            )
        )
    return tuple(found)


def protocols_used(source: Source) -> tuple[Choice, ...]:
    """Return the protocols to choose between; none where only the standard was ever used. One or two queries.

    A registry holds the published programme's.
    """
    if source.is_registry:
        return ()
    rows = InfusionRecord.objects.filter(site=source.site, started_at__isnull=False).order_by()
    used = {slug or STANDARD for slug in rows.values_list(PROTOCOL, flat=True).distinct()}
    if not used - {STANDARD}:
        return ()
    return tuple(one for one in protocol_choices(source.site) if one.slug in used | {STANDARD})


def cohort(source: Source, *, as_of: date, protocol: str = STANDARD) -> Cohort:
    """Return a source's patients under one protocol with infusions and scores, in at most five queries.

    Records that were merged are one patient, under the kept record's number.
    An infusion of the clinic's own charts counts as completed when it ended so; its day and start are local.
    """
    site = source.site
    infusions: dict[int, list[tuple[str, Infusion]]] = defaultdict(list)
    for patient, slug, infusion in _charted(site):
        infusions[patient].append((slug, infusion))
    for patient, infusion in _imported(site):
        infusions[patient].append((STANDARD, infusion))
    scores: dict[int, list[Score]] = defaultdict(list)
    for patient, score in _scores(site):
        scores[patient].append(score)
    people = Patient.objects.filter(site=site, merged_into__isnull=True).order_by("record_number")
    patients, others, switched = [], 0, 0
    for pk, number in people.values_list("pk", "record_number"):
        kept = apart(infusions.get(pk, ()), scores.get(pk, ()))
        if kept is None and protocol == STANDARD:
            patients.append(CohortPatient(pk, number, (), tuple(scores.get(pk, ()))))
        elif kept is not None and kept.protocol == protocol:
            patients.append(CohortPatient(pk, number, kept.infusions, kept.scores))
            switched += kept.switched
        elif kept is not None:
            others += min(infusion.date for infusion in kept.infusions) <= as_of
    missed = () if source.is_registry else _missed(site, as_of, protocol)
    return Cohort(source, tuple(patients), missed, others, switched)


def _charted(site: Site) -> Iterable[tuple[int, str, Infusion]]:
    rows = InfusionRecord.objects.filter(site=site, started_at__isnull=False).exclude(outcome="").order_by("pk")
    for patient, started, outcome, slug in rows.values_list(PERSON, "started_at", "outcome", PROTOCOL):
        if started is None:
            raise ValueError("an infusion that was never started was selected")
        local = site.local(started)
        start = clock(local.hour * 60 + local.minute)
        yield patient, slug or STANDARD, Infusion(local.date(), start, outcome == InfusionOutcome.COMPLETED)


def _imported(site: Site) -> Iterable[tuple[int, Infusion]]:
    rows = RegistryInfusion.objects.filter(site=site).order_by("pk")
    for patient, day, minute, status in rows.values_list(PERSON, "date", "start_minute", "status"):
        yield patient, Infusion(day, clock(minute), status == "completed")


def _scores(site: Site) -> Iterable[tuple[int, Score]]:
    rows = ScoreRecord.objects.among_results(site).filter(measure__in=list(measures())).order_by("pk")
    fields = ("pk", "measure", "date", "minute", "value")
    for pk, measure, day, minute, value, patient in rows.values_list(*fields, PERSON):
        yield patient, Score(measure, day, clock(minute), int(value * 10), pk)


def _missed(site: Site, as_of: date, protocol: str) -> tuple[tuple[str, int], ...]:
    under = Q(sequence__protocol__protocol=protocol)
    if protocol == STANDARD:
        under |= Q(sequence__protocol=None)
    rows = Visit.objects.filter(under, site=site, state=VisitState.MISSED, date__lte=as_of)
    counted = rows.values_list("missed_reason").annotate(lost=Count("pk")).order_by("-lost", "missed_reason")
    return tuple((str(MissedReason(reason).label), count) for reason, count in counted)


@cache
def clock(minute: int | None) -> time | None:
    """Return a minute of the day as a time; None stays None."""
    return None if minute is None else time(minute // 60, minute % 60)
