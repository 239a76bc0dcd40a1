"""What a clinic is: its name, its usual hours, its chairs, its week."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from scheduling.models import Visit
from scheduling.rules.booking_settings import basics_problems
from scheduling.rules.visits import RELEASED


@dataclass(frozen=True, slots=True)
class ClinicBasics:
    """Minutes are minutes of the day; first_weekday: 0 is Monday."""

    name: str
    opens_minute: int
    closes_minute: int
    chairs: int
    first_weekday: int


@transaction.atomic
def change_clinic_basics(*, site: Site, new: ClinicBasics, by: StaffUser, at: datetime, reason: str = "") -> Site:
    """Set them for days opened from now on. Refused where booked visits sit in a chair that would be gone."""
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    ahead = Visit.objects.filter(site=locked, date__gte=locked.today(at)).exclude(state__in=RELEASED)
    refuse_if(basics_problems(**asdict(new), highest_chair=ahead.aggregate(highest=Max("chair"))["highest"] or 0))
    changed = {name: [getattr(locked, name), value] for name, value in asdict(new).items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_, value) in changed.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changed))
    keep_changes(site=locked, changed=changed, by=by, at=at, reason=reason)
    audit.record(event="clinic basics changed", by=by, at=at, site=locked, subject=locked, detail=changed)
    return locked
