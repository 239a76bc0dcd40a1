"""One person's day on the roster, for the sheet that enters or changes it."""

from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import CallOut, Leave, SuiteDay
from scheduling.queries.roster_lanes import Entry, rostered
from scheduling.queries.roster_week import week_dates
from scheduling.rules.capacity import Span
from scheduling.rules.staff_needs import shift_notices


@dataclass(frozen=True, slots=True)
class PersonDay:
    """What is entered. choices: the open days of the week; hours: of the suite on the day.

    is_trained: a nurse without the training cannot be put on the floor.
    """

    person: StaffUser
    day: date
    suite_day: SuiteDay | None
    choices: tuple[date, ...]
    hours: Span
    entries: tuple[Entry, ...]
    outs: tuple[CallOut, ...]
    leave: Leave | None
    now_minute: int | None

    @property
    def is_nurse(self) -> bool:
        return self.person.role == Role.NURSE

    @property
    def is_trained(self) -> bool:
        return not self.is_nurse or self.person.is_ketamine_trained

    @property
    def first(self) -> Entry | None:
        """The shift that the form changes; a provider's times are added one by one."""
        return self.entries[0] if self.entries and self.is_nurse else None

    @property
    def notices(self) -> list[str]:
        if not self.is_nurse:
            return []
        found = [notice for entry in self.entries for notice in shift_notices(entry.span, entry.breaks)]
        return [notice.sentence for notice in found]

    @property
    def week(self) -> list[date]:
        """The days ticked when a whole week is entered."""
        return list(self.choices)


def person_day(site: Site, person: StaffUser, day: date, *, at: datetime) -> PersonDay:
    """Return what stands on the roster for one person on one day. Seven queries."""
    dates = week_dates(site, day)
    days = {one.date: one for one in SuiteDay.objects.filter(site=site, date__in=[*dates, day])}
    here = days.get(day)
    found = rostered([here] if here else [], site_pk=site.pk, first=day, last=day)
    key = (here.pk if here else 0, person.pk)
    group = found.shifts if person.role == Role.NURSE else found.presences
    return PersonDay(
        person=person,
        day=day,
        suite_day=here,
        choices=tuple(sorted(one.date for one in days.values() if not one.is_closed)),
        hours=(here.opens_minute, here.closes_minute) if here else (site.opens_minute, site.closes_minute),
        entries=tuple(group[key]),
        outs=tuple(found.outs[key]),
        leave=next((one for one in found.leaves if one.person_id == person.pk), None),
        now_minute=site.minute(at) if site.today(at) == day else None,
    )
