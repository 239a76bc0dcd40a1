"""Who is on the floor and on site at this minute: the roster without breaks and call-outs. Cover never counts."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from kitclinic.models import Site
from kitclinic.models.places import trained_at
from scheduling.models import CallOut, NurseBreak, NurseShift, ProviderPresence

NURSE = Q(person=OuterRef("nurse"))


def shifts_today(site: Site, at: datetime) -> QuerySet[NurseShift]:
    """Return today's shifts of nurses who count, with ``is_paused`` and ``is_out`` of this minute."""
    minute = site.minute(at)
    shifts = NurseShift.objects.filter(site=site, suite_day__date=site.today(at)).annotate(
        counts=trained_at("nurse"), is_paused=Exists(_pauses(minute)), is_out=Exists(_out(minute).filter(NURSE))
    )
    return shifts.filter(counts=True).select_related("nurse").order_by("nurse__name", "from_minute", "pk")


def nurses_on_floor(site: Site, at: datetime) -> QuerySet[NurseShift]:
    """Return the shifts of the nurses who are on the floor now, one a nurse."""
    minute = site.minute(at)
    here = Q(from_minute__lte=minute, to_minute__gt=minute)
    return shifts_today(site, at).filter(here, ~Exists(_pauses(minute)), ~Exists(_out(minute).filter(NURSE)))


def providers_on_site(site: Site, at: datetime) -> list[ProviderPresence]:
    """Return who is on site now and has not left."""
    minute = site.minute(at)
    rows = ProviderPresence.objects.filter(
        site=site, suite_day__date=site.today(at), from_minute__lte=minute, to_minute__gt=minute
    ).exclude(Exists(_out(minute).filter(person=OuterRef("provider"))))
    return list(rows.select_related("provider").order_by("from_minute", "pk"))


def people_today(site: Site, at: datetime) -> set[int]:
    """Return the keys of everybody who is on shift or on site today, at whatever hour."""
    today = {"site": site, "suite_day__date": site.today(at)}
    nurses = NurseShift.objects.filter(**today).values_list("nurse_id", flat=True)
    return set(nurses) | set(ProviderPresence.objects.filter(**today).values_list("provider_id", flat=True))


def _pauses(minute: int) -> QuerySet[NurseBreak]:
    return NurseBreak.objects.filter(shift=OuterRef("pk"), from_minute__lte=minute, to_minute__gt=minute)


def _out(minute: int) -> QuerySet[CallOut]:
    return CallOut.objects.filter(
        suite_day=OuterRef("suite_day"), taken_back_at=None, from_minute__lte=minute, to_minute__gt=minute
    )
