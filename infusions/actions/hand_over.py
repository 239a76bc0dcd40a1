"""Who has a patient: handed over to another nurse with what there is to know, for a break, and given back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.models import Infusion, InfusionEvent
from infusions.queries.nurses import covered_for, patients_of
from infusions.rules.chairside import break_problems, hand_over_problems, nurse_problems
from infusions.states import OPEN_INFUSION
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission


@transaction.atomic
def hand_over(
    *,
    infusion: Infusion,
    nurse: StaffUser,
    note: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Give the patient to another nurse who has room. note: what the nurse needs to know."""
    infusion, note = lock(infusion), note.strip()
    if infusion.nurse_id == nurse.pk:
        return infusion
    refuse_if(hand_over_problems(note=note))
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    return _give(infusion, nurse, said={}, note=note, by=by, at=at, key=key, clock=clock)


@transaction.atomic
def hand_over_for_break(
    *,
    nurse: StaffUser,
    to: Mapping[int, StaffUser],
    note: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> list[Infusion]:
    """Give every patient of ``nurse`` to others for a break, all or none.

    to: id of the infusion -> who takes it. Raises Refused where a patient is left out or somebody has no room.
    """
    rows = _lock_all(patients_of(nurse, at))
    site, note = by.site, note.strip()
    done = InfusionEvent.objects.filter(site=site, key__in=[uuid5(key, str(pk)) for pk in to])
    if to and done.count() == len(to):
        return list(Infusion.objects.filter(site=site, pk__in=to))
    mine = {one.pk: one.chair for one in patients_of(nurse, at)}  # as it is under the locks
    taken = Infusion.objects.filter(site=site, pk__in=set(to) - set(mine)).order_by("chair")
    locked = {row.pk for row in rows}
    left_out = [chair for pk, chair in mine.items() if pk not in to or pk not in locked]
    gone = [row.chair for row in taken]
    refuse_if(break_problems(patients=len(mine), left_out=left_out, gone=gone, note=note))
    _lock_nurses(to.values())
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    who: dict[str, Any] = {"by": by, "at": at, "clock": clock}
    return [
        _give(row, to[row.pk], said={"break": True}, note=note, key=uuid5(key, str(row.pk)), **who)
        for row in rows
        if row.pk in mine
    ]


@transaction.atomic
def take_back(
    *,
    nurse: StaffUser,
    by: StaffUser,
    at: datetime,
    key: UUID,
    note: str = "",
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> list[Infusion]:
    """Give ``nurse`` back who was handed over for the break and is still here."""
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    rows = _lock_all(covered_for(nurse, at))
    away = {infusion.pk for infusion in covered_for(nurse, at)}  # as it is now, under the locks
    rows = [infusion for infusion in rows if infusion.pk in away]
    who: dict[str, Any] = {"by": by, "at": at, "clock": clock}
    return [
        _give(row, nurse, said={"back": True}, note=note.strip(), key=uuid5(key, str(row.pk)), **who)
        for row in rows
    ]


def _lock_all(infusions: Iterable[Infusion]) -> list[Infusion]:
    """Lock infusions one after another, always in the order of their keys."""
    return [lock(infusion) for infusion in sorted(infusions, key=lambda one: one.pk)]


def _lock_nurses(nurses: Iterable[StaffUser]) -> None:
    """Lock nurses in the order of their keys, so that two breaks do not wait for each other."""
    keys = {nurse.pk for nurse in nurses}
    list(StaffUser.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _give(
    infusion: Infusion,
    nurse: StaffUser,
    *,
    said: dict[str, Any],
    note: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    clock: dict[str, Any],
) -> Infusion:
    """Write who has the patient now. The infusion is locked, and the nurse while patients are counted."""
    detail = {"nurse": nurse.pk, "from": infusion.nurse_id} | said
    if known_event(infusion=infusion, kind=Kind.HANDED_OVER, key=key, site_id=infusion.site_id):
        return infusion
    _lock_nurses([nurse])
    open_today = Infusion.objects.filter(site_id=infusion.site_id, date=infusion.date, state__in=OPEN_INFUSION)
    of_site = nurse.site_id == infusion.site_id and nurse.may(Permission.CHART)
    refuse_if(nurse_problems(name=nurse.name, patients=open_today.filter(nurse=nurse).count(), of_site=of_site))
    infusion.nurse = nurse
    infusion.save(update_fields=["nurse"])
    write_event(
        infusion=infusion, kind=Kind.HANDED_OVER, key=key, by=by, at=at, detail=detail, note=note[:300], **clock
    )
    return infusion
