"""The opening list of the suite: each check is a row, written once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.models import OpeningCheck
from infusions.rules.opening import check_problems
from infusions.states import OpeningItem
from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.roles import Permission
from scheduling.actions.suite import lock_days
from scheduling.queries.floor import providers_on_site


@transaction.atomic
def record_opening_check(
    *,
    site: Site,
    item: str,
    in_order: bool,
    by: StaffUser,
    at: datetime,
    key: UUID,
    note: str = "",
    provider: StaffUser | None = None,
) -> OpeningCheck:
    """Write how an item of the list was found; the newest of an item counts, the others stay.

    item: an OpeningItem. provider: who was seen on site, for that item in order. note: what is not in order.
    Raises Refused, or Conflict for a key used otherwise.
    """
    lock_days(site=site, dates=[site.today(at)])  # a start reads the list under the same lock
    note = note.strip()[:200]
    seen = provider if item == OpeningItem.PROVIDER and in_order else None
    first = OpeningCheck.objects.filter(site=site, key=key).first()
    if first is not None:
        same = (first.item, first.in_order, first.note, first.provider_id)
        if same != (item, in_order, note, seen.pk if seen else None):
            sentence = "This was saved before with another answer. Nothing was changed; reload the opening list."
            raise Conflict([Blocker("STA-02", sentence)])
        return first
    here = {presence.provider_id for presence in providers_on_site(site, at)} if seen else set()
    refuse_if(
        check_problems(
            item=item,
            in_order=in_order,
            note=note,
            may=by.site_id == site.pk and by.may(Permission.CHART),
            provider_named=seen is not None,
            provider_here=seen is not None and seen.pk in here,
        )
    )
    check = OpeningCheck.objects.create(
        site=site,
        key=key,
        date=site.today(at),
        item=item,
        in_order=in_order,
        note=note,
        provider=seen,
        by=by,
        at=at,
    )
    detail = {"item": item, "in order": in_order, "provider": seen.pk if seen else None}
    audit.record(event="opening check", by=by, at=at, site=site, subject=check, detail=detail)
    return check
