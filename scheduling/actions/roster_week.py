"""A person's roster for several days in one act: all days, or none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Problem, Refused, refuse_if
from scheduling.actions.cover import settle_cover, take_cover
from scheduling.actions.staffing import note_roster, put_on_shift, put_provider_on_site
from scheduling.actions.suite import lock_day, lock_days, note_change
from scheduling.models import CoverNeeded, NurseBreak, NurseShift, ProviderPresence, SuiteDay
from scheduling.rules.capacity import Span, date_words
from scheduling.rules.roster import break_problems, change_problems, entry_problems
from scheduling.rules.staffing import Entry, rostered


@transaction.atomic
def plan_shifts(
    *,
    nurse: StaffUser,
    dates: Iterable[date],
    from_minute: int,
    to_minute: int,
    by: StaffUser,
    at: datetime,
    breaks: Sequence[Span] = (),
) -> None:
    """Put a nurse on shift on these open days; a shift that is there already takes the new hours and breaks."""

    def enter(day: SuiteDay) -> None:
        shift = NurseShift.objects.filter(suite_day=day, nurse=nurse).order_by("from_minute").first()
        facts = {"from_minute": from_minute, "to_minute": to_minute, "breaks": breaks, "by": by, "at": at}
        if shift is None:
            put_on_shift(suite_day=day, nurse=nurse, **facts)  # type: ignore[arg-type]
        else:
            change_shift(shift=shift, **facts)  # type: ignore[arg-type]

    _on_each(lock_days(site=by.site, dates=dates), enter)


@transaction.atomic
def plan_presences(
    *,
    provider: StaffUser,
    dates: Iterable[date],
    from_minute: int,
    to_minute: int,
    by: StaffUser,
    at: datetime,
) -> None:
    """Enter a provider as on site on these open days; a time that meets this one takes its hours, others stay."""
    span = (from_minute, to_minute)

    def enter(day: SuiteDay) -> None:
        rows = ProviderPresence.objects.filter(suite_day=day, provider=provider)
        met = list(rows.filter(from_minute__lt=to_minute, to_minute__gt=from_minute))
        if len(met) == 1:
            _change_presence(met[0], span, by=by, at=at)
        else:
            put_provider_on_site(
                suite_day=day, provider=provider, from_minute=from_minute, to_minute=to_minute, by=by, at=at
            )

    _on_each(lock_days(site=by.site, dates=dates), enter)


@transaction.atomic
def change_shift(
    *, shift: NurseShift, from_minute: int, to_minute: int, breaks: Sequence[Span], by: StaffUser, at: datetime
) -> NurseShift:
    """Give a shift other hours and breaks; refused where a booked visit would lack its nurses."""
    day, plan, roster = lock_day(shift.suite_day, at=at)
    span, pauses = (from_minute, to_minute), tuple(sorted(breaks))
    others = [one.span for one in roster.of(shift.nurse_id) if one.key != shift.pk]
    refuse_if(entry_problems(span, others, role_fits=True, needed="") + break_problems(span, pauses))
    changed = tuple(_changed(one, shift.pk, span, pauses) for one in roster.shifts)
    refuse_if(change_problems(plan, rostered(plan, replace(roster, shifts=changed))))
    row = NurseShift.objects.get(pk=shift.pk)
    was = [row.from_minute, row.to_minute]
    NurseBreak.objects.filter(shift=row).delete()  # first: without its breaks a shift never lacks anybody
    row.from_minute, row.to_minute = span
    row.save(update_fields=["from_minute", "to_minute"])
    NurseBreak.objects.bulk_create(
        NurseBreak(site_id=row.site_id, shift=row, from_minute=start, to_minute=end) for start, end in pauses
    )
    settle_cover(day, by=by, at=at)
    note_roster(
        day, "shift_changed", row.nurse_id, span, by=by, at=at, was=was, breaks=[list(one) for one in pauses]
    )
    return row


@transaction.atomic
def take_covers(*, covers: Sequence[CoverNeeded], person: StaffUser, by: StaffUser, at: datetime) -> None:
    """One person takes several times of cover; all of them, or none."""
    problems: list[Problem] = []
    for cover in sorted(covers, key=lambda row: (row.suite_day.date, row.from_minute, row.pk)):
        try:
            take_cover(cover=cover, person=person, by=by, at=at)
        except Refused as refused:
            problems += [one for one in refused.problems if one not in problems]
    refuse_if(problems)


def _changed(one: Entry, key: int, span: Span, breaks: tuple[Span, ...]) -> Entry:
    return replace(one, span=span, breaks=breaks) if one.key == key else one


def _change_presence(presence: ProviderPresence, span: Span, *, by: StaffUser, at: datetime) -> None:
    day, plan, roster = lock_day(presence.suite_day, at=at)
    refuse_if(entry_problems(span, [], role_fits=True, needed=""))
    changed = tuple(_changed(one, presence.pk, span, ()) for one in roster.presences)
    refuse_if(change_problems(plan, rostered(plan, replace(roster, presences=changed))))
    was = [presence.from_minute, presence.to_minute]
    presence.from_minute, presence.to_minute = span
    presence.save(update_fields=["from_minute", "to_minute"])
    settle_cover(day, by=by, at=at)
    note_change([day])
    detail = {"person": presence.provider_id, "was": was, "now": list(span)}
    audit.record(event="provider_changed", by=by, at=at, site=day.site, subject=day, detail=detail)


def _on_each(days: list[SuiteDay], enter: Callable[[SuiteDay], None]) -> None:
    """Do it on every day; Refused with the problems of all days, each with its date, and nothing is written."""
    problems: list[Problem] = []
    for day in days:
        try:
            enter(day)
        except Refused as refused:
            problems += [_dated(one, day.date) if len(days) > 1 else one for one in refused.problems]
    refuse_if(problems)


def _dated(problem: Problem, day: date) -> Problem:
    when = date_words(day)
    if when in problem.sentence:
        return problem
    return replace(problem, sentence=f"{when}: {problem.sentence}")
