"""The patients behind the outcomes of one source, the clinic's own or a registry's, as the rules take them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from infusions.models import Infusion as InfusionRecord
from kitclinic.models import Site
from outcomes.models import RegistryImport
from outcomes.models import Score as ScoreRecord
from scheduling.models import Visit
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


def missed_days(site: Site, as_of: date, protocol: str) -> tuple[tuple[str, int], ...]:
    """Return why days were missed, as label and count."""
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
