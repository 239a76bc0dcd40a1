"""Entries of the timeline from the roster of the group visit: consent, screen, measurements, notes, letters."""

from collections.abc import Iterator, Sequence

from kitclinic.access import sees_clinical
from kitclinic.display import show
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission
from scheduling.models import Biometrics, Consent, GroupWait, HealthScreen, Letter, TeamNote, Weight
from scheduling.rules.timeline import TimelineEvent


def roster_events(keys: Sequence[int], *, site: Site, reader: StaffUser) -> Iterator[TimelineEvent]:
    """Return consent, waiting list and letters; to clinical readers measurements; to the team its notes."""
    yield from _consents(keys, site)
    yield from _waits(keys, site)
    yield from _letters(keys, site)
    if sees_clinical(reader):
        yield from _weights(keys, site)
        yield from _measurements(keys, site)
        yield from _screens(keys, site)
    if reader.may(Permission.SEE_TEAM_NOTES):
        yield from _notes(keys, site)


def _consents(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = Consent.objects.filter(site=site, patient__in=keys)
    for row in rows.select_related("witnessed_by", "text", "withdrawal__recorded_by").order_by("pk"):
        detail = f"{row.get_method_display()}, text version {row.text.version}"
        day, who = site.today(row.signed_at), row.witnessed_by.name
        yield TimelineEvent(row.signed_at, day, "consent", "Consent signed", detail, who)
        back = getattr(row, "withdrawal", None)
        if back is not None:
            title, who = "Consent withdrawn", back.recorded_by.name
            yield TimelineEvent(back.withdrawn_at, site.today(back.withdrawn_at), "consent", title, who=who)


def _waits(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    for row in GroupWait.objects.filter(site=site, patient__in=keys).select_related("added_by").order_by("pk"):
        title, who = "On the waiting list for a group visit", row.added_by.name
        yield TimelineEvent(row.since, site.today(row.since), "group", title, who=who)
        if row.ended_at:
            title, detail = "Off the waiting list", row.ended_because
            yield TimelineEvent(row.ended_at, site.today(row.ended_at), "group", title, detail)


def _letters(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    for row in Letter.objects.filter(site=site, patient__in=keys).select_related("by").order_by("pk"):
        yield TimelineEvent(
            row.at,
            site.today(row.at),
            "letter",
            row.get_kind_display(),
            row.get_channel_display(),
            row.by.name if row.by else "",
            lane="Letters",
            mark=row.get_kind_display().split()[0],
        )


def _weights(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = Weight.objects.filter(site=site, patient__in=keys).select_related("measured_by", "corrected_by")
    for row in rows.order_by("pk"):
        corrected = ", corrected later" if hasattr(row, "corrected_by") else ""
        detail = f"{show(row.weight_kg, 'kg')}, {row.get_source_display().lower()}{corrected}"
        day, who = site.today(row.measured_at), row.measured_by.name
        yield TimelineEvent(row.measured_at, day, "weight", "Weight", detail, who)


def _measurements(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = Biometrics.objects.filter(site=site, patient__in=keys).select_related("measured_by").order_by("pk")
    for row in rows:
        pressure = f"{row.sbp}/{row.dbp} mmHg" if row.sbp and row.dbp else ""
        parts = (
            f"{row.height_cm} cm" if row.height_cm else "",
            pressure,
            f"HR {row.hr}" if row.hr else "",
            f"SpO₂ {row.spo2}%" if row.spo2 else "",
        )
        detail, who = ", ".join(filter(None, parts)), row.measured_by.name
        yield TimelineEvent(row.measured_at, site.today(row.measured_at), "weight", "Measurements", detail, who)


def _screens(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = HealthScreen.objects.filter(site=site, patient__in=keys).select_related("asked_by").order_by("pk")
    for row in rows:
        concerns = sum(bool(answer) for answer in row.answers.values())
        detail = f"{concerns} answered yes, for the physician" if concerns else "nothing to report"
        yield TimelineEvent(
            row.asked_at, site.today(row.asked_at), "group", "Health screen", detail, row.asked_by.name
        )


def _notes(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = TeamNote.objects.filter(site=site, patient__in=keys).select_related("written_by").order_by("pk")
    for row in rows:
        goals = ", ".join(row.goals.splitlines())
        detail = "; ".join(filter(None, (row.note, f"goals: {goals}" if goals else "")))
        day, who = site.today(row.written_at), row.written_by.name
        yield TimelineEvent(row.written_at, day, "note", "Note for the team", detail, who)
