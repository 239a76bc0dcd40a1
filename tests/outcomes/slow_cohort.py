"""The slow, obvious way from stored rows to the patients of a source: one object for each infusion and score.

The product counts with columns (``outcomes.queries.study``); tests hold both equal.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from infusions.models import Infusion as InfusionRecord
from infusions.models import RegistryInfusion
from infusions.states import InfusionOutcome
from kitclinic.models import Site
from outcomes.models import Score as ScoreRecord
from outcomes.queries.cohorts import PERSON, PROTOCOL, Source, clock, missed_days
from outcomes.rules.measures import measures
from outcomes.rules.protocols import apart
from outcomes.rules.windows import Infusion, Score
from scheduling.models import Patient
from scheduling.rules.protocols import STANDARD


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
    missed = () if source.is_registry else missed_days(site, as_of, protocol)
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
