"""The licences of a clinic, each with everything that renews it."""

from collections import defaultdict
from datetime import date

from kitclinic.models import Site
from outcomes.models import InstrumentLicence
from outcomes.rules.licences import Standing, standing


def standings(site: Site, *, today: date) -> dict[int, Standing]:
    """Return how each licence stands today, with its renewals, by key."""
    return {pk: standing(periods, today=today) for pk, periods in _periods(licences(site)).items()}


def licences(site: Site) -> list[InstrumentLicence]:
    """Return the licences on record, the one recorded last first."""
    rows = InstrumentLicence.objects.filter(site=site).select_related("confirmed_by", "renews")
    return list(rows.order_by("-confirmed_at", "-pk"))


def _periods(rows: list[InstrumentLicence]) -> dict[int, list[tuple[date, date | None]]]:
    """The dates of each licence and of all that renew it, one after the other."""
    by = {row.pk: row for row in rows}
    found: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for row in rows:
        earlier: InstrumentLicence | None = row
        while earlier is not None:  # a licence renews an older row, so this ends
            found[earlier.pk].append((row.valid_from, row.expires_on))
            earlier = by.get(earlier.renews_id) if earlier.renews_id else None
    return dict(found)
