"""Education at the group visit: ticked once for the room, or for one patient, and taken back."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused
from scheduling.actions.seats import note_act
from scheduling.models import EducationGiven, GroupSeat, GroupVisit
from scheduling.rules.appointment import ENR_76, IN_THE_ROOM
from scheduling.states import EducationItem


@transaction.atomic
def teach_room(*, group: GroupVisit, item: str, by: StaffUser, at: datetime) -> list[EducationGiven]:
    """Tick an item for everybody checked in who lacks it; returns the new ticks."""
    present = GroupVisit.objects.get(site=by.site_id, pk=group.pk)
    item = _known(item)
    seats = GroupSeat.objects.select_for_update().filter(site=by.site_id, group=present, state__in=IN_THE_ROOM)
    keys = [seat.pk for seat in seats.order_by("pk")]
    if not keys:
        raise Refused([Blocker(ENR_76.id, "Nobody is checked in yet. Check the patients in, then tick this.")])
    had = set(_standing(by, item).filter(seat__in=keys).values_list("seat", flat=True))
    rows = [
        EducationGiven(site=present.site, seat_id=key, item=item, for_the_room=True, given_at=at, given_by=by)
        for key in keys
        if key not in had
    ]
    if rows:
        EducationGiven.objects.bulk_create(rows)
        note_act("education given to the room", present, by, at, item=item, seats=len(rows))
    return rows


@transaction.atomic
def teach_seat(*, seat: GroupSeat, item: str, by: StaffUser, at: datetime) -> EducationGiven:
    """Tick an item for one patient; ticked by two people at once it stands once."""
    locked = GroupSeat.objects.select_for_update().get(site=by.site_id, pk=seat.pk)
    item = _known(item)
    if locked.state not in IN_THE_ROOM:
        raise Refused([Blocker(ENR_76.id, "Check the patient in first; teaching is ticked for who is here.")])
    standing = _standing(by, item).filter(seat=locked).first()
    if standing is not None:
        return standing
    row = EducationGiven.objects.create(site=locked.site, seat=locked, item=item, given_at=at, given_by=by)
    note_act("education given", locked, by, at, item=item)
    return row


@transaction.atomic
def take_back_teaching(*, seat: GroupSeat, item: str, by: StaffUser, at: datetime) -> None:
    """Take a tick back that was a mistake; taken back twice it is taken back once."""
    locked = GroupSeat.objects.select_for_update().get(site=by.site_id, pk=seat.pk)
    row = _standing(by, _known(item)).filter(seat=locked).first()
    if row is None:
        return
    row.taken_back_at, row.taken_back_by = at, by
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    note_act("education taken back", locked, by, at, item=item)


@transaction.atomic
def take_back_room(*, group: GroupVisit, item: str, by: StaffUser, at: datetime) -> int:
    """Take back an item ticked for the room; ticks for one patient stay. Returns how many were taken back."""
    present = GroupVisit.objects.get(site=by.site_id, pk=group.pk)
    list(GroupSeat.objects.select_for_update().filter(site=by.site_id, group=present).order_by("pk"))
    rows = _standing(by, _known(item)).filter(seat__group=present, for_the_room=True)
    count = rows.update(taken_back_at=at, taken_back_by=by)
    if count:
        note_act("education taken back from the room", present, by, at, item=str(item), seats=count)
    return count


def _standing(by: StaffUser, item: str) -> QuerySet[EducationGiven]:
    return EducationGiven.objects.filter(site=by.site_id, item=item, taken_back_at__isnull=True)


def _known(item: str) -> str:
    """The item's value. Raises Refused for one that is not taught."""
    if item not in EducationItem.values:
        raise Refused([Blocker(ENR_76.id, "This is not one of the education items. Reload the page.")])
    return str(EducationItem(item))
