"""The simulated morning: the vault counted, the list gone through, the provider seen."""

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from infusions import actions
from infusions.models import Count
from infusions.queries.ledger import vial_lines
from infusions.queries.opening import newest_checks, opening_of, uncounted_vaults
from infusions.states import OpeningItem
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.queries.floor import providers_on_site

BEFORE_OPENING = 12  # minutes before the doors open, at which the first nurse begins with the list
MOST_LINES = 120  # a year of the past leaves thousands of vials; beyond this a morning's count has no lines


def open_suite(site: Site, *, by: StaffUser, at: datetime) -> None:
    """Do what today's list still lacks. What a person found not in order stays as it was found."""
    today = site.today(at)
    opening = opening_of(site, at)
    if opening.complete:
        return
    _count(site, by=by, today=today, at=at)
    begins = site.instant(today, site.opens_minute - BEFORE_OPENING)
    for nth, line in enumerate(opening.lines):
        if line.done or line.wrong or not line.by_hand:
            continue
        if line.code == OpeningItem.PROVIDER:
            _attest(site, by=by, at=at)
            continue
        when = min(at, begins + timedelta(minutes=2 * nth))
        key = _key(site, f"{line.code} {today}")
        actions.record_opening_check(site=site, item=line.code, in_order=True, by=by, at=when, key=key)


def _attest(site: Site, *, by: StaffUser, at: datetime) -> None:
    """Name the first provider who is on site; where nobody is, the start says so.

    The first of a day was seen coming: patients of the past are told one after the other, not hour by hour, and
    who is seen at noon was not seen at nine. Who follows somebody who went away is seen now.
    """
    here = providers_on_site(site, at)
    if not here:
        return
    provider, today = here[0].provider, site.today(at)
    is_first = OpeningItem.PROVIDER not in newest_checks(site, today)
    seen = site.instant(today, here[0].from_minute) if is_first else at
    key = _key(site, f"provider {provider.pk} {seen.isoformat()}")
    try:
        actions.record_opening_check(
            site=site, item=OpeningItem.PROVIDER, in_order=True, provider=provider, by=by, at=seen, key=key
        )
    except Refused:
        return


def _count(site: Site, *, by: StaffUser, today: date, at: datetime) -> None:
    """Every vault that waits for it, early in the morning."""
    when = min(at, site.instant(today, site.opens_minute - BEFORE_OPENING))
    for vault in uncounted_vaults(site, today):
        lines = vial_lines(site, vault=vault)
        key, note = _key(site, f"morning count {vault.pk} {today}"), "Before opening"
        if len(lines) > MOST_LINES:
            Count.objects.create(site=site, vault=vault, key=key, note=note, by=by, at=when)
            continue
        counted = {line.vial.pk: line.ml for line in lines}
        actions.count_vault(vault=vault, counted=counted, note=note, by=by, at=when, key=key)


def _key(site: Site, name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"kitclinic:opening:{site.slug}:{name}")
