"""What a clinic sets for itself: the window of the group visit, the age of a clearing, its letters."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from scheduling.queries.closures import is_calendar
from scheduling.rules.group_plans import ENR_65, settings_problems


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """The settings of one clinic. Days are whole days; address and bring_along have one line a line.

    holiday_calendar: a country, or country and region ("US", "US-OH"); "" follows no calendar.
    """

    sma_earliest_days: int
    sma_latest_days: int
    sma_target_days: int
    clearance_days: int
    holiday_calendar: str
    address: str
    phone: str
    bring_along: str


@transaction.atomic
def change_clinic_settings(
    *, site: Site, new: ClinicSettings, by: StaffUser, at: datetime, reason: str = ""
) -> Site:
    """Set the clinic's own numbers and words; what is booked already stays as it is."""
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    problems = settings_problems(
        new.sma_earliest_days, new.sma_latest_days, new.sma_target_days, new.clearance_days
    )
    calendar = new.holiday_calendar.strip().upper()
    if calendar and not is_calendar(calendar):
        sentence = (
            f"There is no holiday calendar {calendar}. Type a country such as US, or a region such as US-OH."
        )
        problems.append(Blocker(ENR_65.id, sentence, "holiday_calendar"))
    refuse_if(problems)
    values = asdict(new) | {"holiday_calendar": calendar}
    was = {name: getattr(locked, name) for name in values}
    for name, value in values.items():
        setattr(locked, name, value.strip() if isinstance(value, str) else value)
    locked.save(update_fields=list(values))
    changed = {name: [was[name], getattr(locked, name)] for name in values if was[name] != getattr(locked, name)}
    keep_changes(site=locked, changed=changed, by=by, at=at, reason=reason)
    audit.record(event="clinic settings changed", by=by, at=at, site=locked, subject=locked, detail=changed)
    return locked
