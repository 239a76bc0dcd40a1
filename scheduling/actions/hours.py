"""What holds for days to come: hours of each weekday, and how long a visit takes."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import OpeningHours, ProtocolVersion, SuiteDay
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import Lengths, Span
from scheduling.rules.hours import hours_problems, protocol_problems
from scheduling.rules.protocols import (
    ORD_44,
    PUBLISHED,
    STANDARD,
    Ordered,
    days_problems,
    name_problems,
    ordered_problems,
)

SLUG_LENGTH = 40


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
    *,
    site: Site,
    name: str,
    lengths: Lengths,
    valid_from: date,
    because: str,
    by: StaffUser,
    at: datetime,
    protocol: str | None = STANDARD,
    ordered: Ordered = PUBLISHED,
) -> ProtocolVersion:
    """Write the next version of a protocol. Sequences from ``valid_from`` on take it.

    protocol: whose version it is; None begins another one, which the name names.
    """
    dates = SuiteDay.objects.filter(site=site, date__gte=valid_from).values_list("date", flat=True)
    days = lock_days(site=site, dates=dates) if protocol == STANDARD else []
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    written = dict(ProtocolVersion.objects.filter(site=locked).order_by("number").values_list("protocol", "days"))
    problems = protocol_problems(lengths, valid_from, name=name, because=because, today=locked.today(at))
    slug = slugify(name)[:SLUG_LENGTH] if protocol is None else protocol
    if protocol is None:
        problems += name_problems(slug, known=written) if name.strip() else []
    elif protocol not in {STANDARD, *written}:
        problems.append(
            Blocker(ORD_44.id, "This protocol does not exist here. Choose one of the list.", "protocol")
        )
    known = VISITS if slug == STANDARD else written.get(slug)
    refuse_if([*problems, *ordered_problems(ordered), *days_problems(ordered.days, known=known)])
    newest = ProtocolVersion.objects.filter(site=locked).aggregate(newest=Max("number"))["newest"]
    version = ProtocolVersion.objects.create(
        site=locked,
        number=(newest or 0) + 1,
        protocol=slug,
        name=name.strip(),
        days=ordered.days,
        mg_per_kg=ordered.mg_per_kg,
        vitals_minutes=ordered.vitals_minutes,
        change_percent=ordered.change_percent,
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
    detail = {
        "number": version.number,
        "protocol": slug,
        "valid_from": valid_from.isoformat(),
        "because": version.because,
    }
    audit.record(event="protocol_written", by=by, at=at, site=locked, subject=version, detail=detail)
    return version
