"""What holds for days to come: hours of each weekday, and how long a visit takes."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import OpeningHours, ProtocolVersion, SuiteDay
from scheduling.rules.capacity import Lengths, Span
from scheduling.rules.hours import hours_problems, protocol_problems


@transaction.atomic
def set_opening_hours(*, site: Site, hours: dict[int, Span | None], by: StaffUser, at: datetime) -> None:
    """Set the hours of weekdays for days that are opened from now on. None: the clinic's usual hours again.

    Days that are open already keep their hours; change them one by one.
    """
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    refuse_if(hours_problems(hours))
    rows = OpeningHours.objects.filter(site=locked)
    was = {
        str(day): [opens, closes]
        for day, opens, closes in rows.values_list("weekday", "opens_minute", "closes_minute")
    }
    for weekday, span in sorted(hours.items()):
        if span is None:
            rows.filter(weekday=weekday).delete()
            continue
        OpeningHours.objects.update_or_create(
            site=locked, weekday=weekday, defaults={"opens_minute": span[0], "closes_minute": span[1]}
        )
    now = {str(day): list(span) if span else None for day, span in hours.items()}
    audit.record(
        event="opening_hours_set", by=by, at=at, site=locked, subject=locked, detail={"was": was, "now": now}
    )


@transaction.atomic
def write_protocol(
    *, site: Site, name: str, lengths: Lengths, valid_from: date, because: str, by: StaffUser, at: datetime
) -> ProtocolVersion:
    """Write the next version of how long a visit takes. Sequences from ``valid_from`` on take it."""
    dates = SuiteDay.objects.filter(site=site, date__gte=valid_from).values_list("date", flat=True)
    days = lock_days(site=site, dates=dates)
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    refuse_if(protocol_problems(lengths, valid_from, name=name, because=because, today=locked.today(at)))
    newest = ProtocolVersion.objects.filter(site=locked).aggregate(newest=Max("number"))["newest"]
    version = ProtocolVersion.objects.create(
        site=locked,
        number=(newest or 0) + 1,
        name=name.strip(),
        iv_minutes=lengths.iv,
        infusion_minutes=lengths.infusion,
        observation_minutes=lengths.observation,
        cleaning_minutes=lengths.cleaning,
        valid_from=valid_from,
        because=because.strip(),
        written_by=by,
        written_at=at,
    )
    note_change(days)
    detail = {"number": version.number, "valid_from": valid_from.isoformat(), "because": version.because}
    audit.record(event="protocol_written", by=by, at=at, site=locked, subject=version, detail=detail)
    return version
