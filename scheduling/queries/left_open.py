"""What of the schedule waits for somebody who leaves; no names of patients."""

from datetime import datetime

from django.db.models import Q

from kitclinic.models import StaffUser
from kitclinic.people import said_of
from scheduling.models import GroupSeries, GroupVisit
from scheduling.states import GroupVisitState


def sentences(person: StaffUser, at: datetime) -> list[str]:
    """Group visits to come, and series of them, that this person is entered to lead."""
    leads = Q(physician=person) | Q(psychologist=person)
    today = person.site.today(at)
    visits = GroupVisit.objects.filter(leads, site=person.site, state=GroupVisitState.PLANNED, date__gte=today)
    series = GroupSeries.objects.filter(leads, Q(ends_on=None) | Q(ends_on__gte=today), site=person.site)
    return [
        *said_of(
            visits.count(), "group visit to come needs another lead", "group visits to come need another lead"
        ),
        *said_of(series.count(), "series of group visits needs another lead"),
    ]
