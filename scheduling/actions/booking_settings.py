"""What a clinic sets for its booking and its messages."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from scheduling.rules.booking_settings import settings_problems


@dataclass(frozen=True, slots=True)
class BookingSettings:
    """Minutes are minutes of the day. daily_cap: of days opened from now on; None: as many visits as fit."""

    daily_cap: int | None
    hold_minutes: int
    offer_hours: int
    confirm_days: int
    quiet_from_minute: int
    quiet_to_minute: int
    driver_deadline_minute: int


@transaction.atomic
def change_booking_settings(
    *, site: Site, new: BookingSettings, by: StaffUser, at: datetime, reason: str = ""
) -> Site:
    """Set the numbers that booking and messages go by; what is booked or held already stays as it is."""
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    refuse_if(
        settings_problems(
            hold_minutes=new.hold_minutes,
            offer_hours=new.offer_hours,
            confirm_days=new.confirm_days,
            quiet=(new.quiet_from_minute, new.quiet_to_minute),
            driver_deadline=new.driver_deadline_minute,
            cap=new.daily_cap,
        )
    )
    values = asdict(new)
    changed = {name: [getattr(locked, name), value] for name, value in values.items()}
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    detail = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    keep_changes(site=locked, changed=changed, by=by, at=at, reason=reason)
    audit.record(event="booking settings changed", by=by, at=at, site=locked, subject=locked, detail=detail)
    return locked
