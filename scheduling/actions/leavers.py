"""Somebody does not work on the floor any more: called out of the days to come, the calendar closed."""

from datetime import date, datetime

from django.db import transaction

from kitclinic.models import StaffUser
from scheduling.actions.absences import record_call_out
from scheduling.actions.callouts import report_call_out
from scheduling.actions.feeds import revoke_feed
from scheduling.actions.suite import lock_days
from scheduling.models import CalendarFeed, CoverNeeded, NurseShift, ProviderPresence

BECAUSE = "does not work here in this role any more"


@transaction.atomic
def let_go(*, person: StaffUser, by: StaffUser, at: datetime) -> None:
    """Call somebody who leaves, or changes to another kind of work, out of every rostered time from now on.

    What booked patients then lack stands as cover needed; for today plans are proposed at once. Never refused.
    """
    for feed in CalendarFeed.objects.filter(site=person.site, person=person, revoked_at=None):
        revoke_feed(feed=feed, by=by, at=at)
    site, today, now = person.site, person.site.today(at), person.site.minute(at)
    for day in lock_days(site=site, dates=_days_ahead(person, today)):
        start = now if day.date == today else 0
        if not _there(person, day.pk, after=start):
            continue
        called = report_call_out if day.date == today else record_call_out
        called(suite_day=day, person=person, from_minute=start, because=BECAUSE, by=by, at=at)


def _days_ahead(person: StaffUser, today: date) -> set[date]:
    ahead = {"site": person.site, "suite_day__date__gte": today}
    days = set(NurseShift.objects.filter(nurse=person, **ahead).values_list("suite_day__date", flat=True))
    days |= set(
        ProviderPresence.objects.filter(provider=person, **ahead).values_list("suite_day__date", flat=True)
    )
    taken = CoverNeeded.objects.filter(taken_by=person, closed_at=None, **ahead)
    return days | set(taken.values_list("suite_day__date", flat=True))


def _there(person: StaffUser, day: int, *, after: int) -> bool:
    """Whether any time of this person on this day is left after a minute of it."""
    left = {"site": person.site, "suite_day": day, "to_minute__gt": after}
    return (
        NurseShift.objects.filter(nurse=person, **left).exists()
        or ProviderPresence.objects.filter(provider=person, **left).exists()
        or CoverNeeded.objects.filter(taken_by=person, closed_at=None, **left).exists()
    )
