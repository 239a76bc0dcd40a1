"""What a clinic decides about charting at the chair."""

from datetime import datetime

from django.db import transaction

from infusions.models import ChairsideSettings
from infusions.rules.chairside_settings import setting_problems
from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission


@transaction.atomic
def set_chairside(
    *,
    site: Site,
    second_pump_check: bool,
    map_flags: bool,
    board_name: str,
    by: StaffUser,
    at: datetime,
    reason: str = "",
) -> ChairsideSettings:
    """Set how this clinic charts, from now on; what is charted already stays as it is.

    Writes nothing where nothing changes. Raises Refused for somebody who does not run the clinic.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    may = by.site_id == site.pk and by.may(Permission.RUN_CLINIC)
    refuse_if(setting_problems(may=may, board_name=board_name))
    row, _ = ChairsideSettings.objects.get_or_create(site=site)
    new = {"second_pump_check": second_pump_check, "map_flags": map_flags, "board_name": board_name}
    changed = {name: [getattr(row, name), value] for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=[*changed])
    keep_changes(site=site, changed=changed, by=by, at=at, reason=reason)
    audit.record(event="chairside settings changed", by=by, at=at, site=site, subject=row, detail=changed)
    return row
