"""The suite opened in the morning through the real actions: counted, checked, the provider seen."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from infusions import actions
from infusions.models import OpeningCheck
from infusions.queries.ledger import vial_lines
from infusions.queries.opening import Opening, opening_of, uncounted_vaults
from infusions.states import OpeningItem
from kitclinic.models import Site, StaffUser
from tests.factories import scheduling


def check(site: Site, item: str, *, at: datetime, by: StaffUser | None = None, **fields: Any) -> OpeningCheck:
    """One check, by default in order. fields: of ``record_opening_check``."""
    given = {"in_order": True, "by": by or scheduling.actor("nurse", site), "key": uuid4()} | fields
    return actions.record_opening_check(site=site, item=item, at=at, **given)


def counted(site: Site, *, at: datetime) -> None:
    """Every vault that waits for it is counted, and holds what the ledger says."""
    nurse = scheduling.actor("nurse", site)
    for vault in uncounted_vaults(site, site.today(at)):
        found = {line.vial.pk: line.ml for line in vial_lines(site, vault=vault)}
        actions.count_vault(vault=vault, counted=found, by=nurse, at=at, key=uuid4())


def suite_open(site: Site, *, at: datetime) -> Opening:
    """Do what the list of this day still lacks and can be done; what a test found not in order stays so."""
    counted(site, at=at)
    known = {line.code: line for line in opening_of(site, at).lines}
    for item in OpeningItem:
        if known[item].done or known[item].wrong:
            continue
        if item != OpeningItem.PROVIDER:
            check(site, item, at=at)
            continue
        for person in opening_of(site, at).providers[:1]:
            check(site, item, at=at, provider=person)
    return opening_of(site, at)
