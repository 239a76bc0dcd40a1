"""Further places of people: given, changed and ended by the site concerned; and the change from one to another."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from kitclinic import audit
from kitclinic.actions.general import open_clinic
from kitclinic.models import Membership, Site, StaffUser
from kitclinic.place_rules import ACC_30, ACC_37
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Role


@transaction.atomic
def give_place(
    *, site: Site, username: str, role: str, is_ketamine_trained: bool, by: StaffUser, at: datetime
) -> Membership:
    """Let somebody of another site work here too, or again. Raises Refused for an unknown name or role."""
    name = StaffUser.normalize_username(username.strip())
    person = StaffUser.objects.select_for_update(no_key=True, of=("self",)).filter(username=name).first()
    if person is None or not person.is_active or person.site_id is None:
        raise Refused(
            [Blocker(ACC_30.id, "No active account has this user name. Ask the person for it.", "username")]
        )
    if person.site_id == site.pk:
        raise Refused([Blocker(ACC_30.id, f"{person.name} works here already.", "username")])
    if role not in Role.values:
        raise Refused([Blocker(ACC_30.id, "Choose the role this person has here.", "role")])
    facts = {"role": role, "is_ketamine_trained": is_ketamine_trained, "is_active": True, "begun_at": at}
    row = Membership.objects.select_for_update().filter(site=site, person=person).first()
    if row is not None and row.is_active:
        raise Refused([Blocker(ACC_30.id, f"{person.name} works here already.", "username")])
    row, _ = Membership.objects.update_or_create(site=site, person=person, defaults=facts)
    _note("place given", row, by, at)
    return row


@transaction.atomic
def open_another_clinic(
    *, name: str, time_zone: str, address: str, phone: str, by: StaffUser, at: datetime
) -> Site:
    """Make a clinic beside this one; whoever makes it is its administrator (ACC-37).

    Raises Refused for somebody who is no administrator, for a name that another clinic has, and for a time zone
    that does not exist.
    """
    if by.role != Role.ADMINISTRATOR or not by.is_active:
        raise Refused([Blocker(ACC_37.id, "Only an administrator opens a clinic. Nothing was made.")])
    slug = slugify(name)[:40].strip("-")
    if not slug:
        raise Refused([Blocker(ACC_37.id, "Give the clinic a name with letters.", "name")])
    if Site.objects.filter(Q(name__iexact=name.strip()) | Q(slug=slug)).exists():
        raise Refused(
            [
                Blocker(
                    ACC_37.id, "There is a clinic of this name. Choose another, such as with its street.", "name"
                )
            ]
        )
    facts = {"slug": slug, "name": name.strip(), "time_zone": time_zone, "address": address, "phone": phone}
    try:
        site = open_clinic(at=at, by=by, **facts)
    except ValidationError as error:
        raise Refused([Blocker(ACC_37.id, " ".join(error.messages), "time_zone")]) from None
    own = by.own_place[0] if by.own_place else by.site_id
    if own != site.pk:
        row = Membership.objects.create(site=site, person=by, role=Role.ADMINISTRATOR, begun_at=at)
        _note("place given", row, by, at)
    audit.record(event="clinic opened from here", by=by, at=at, site=by.site, subject=site)
    return site


@transaction.atomic
def change_place(*, place: Membership, role: str, is_ketamine_trained: bool, by: StaffUser, at: datetime) -> None:
    """Change what somebody is at this site; it counts from their next request."""
    row = _mine(place, by)
    if role not in Role.values or row.person_id == by.pk:
        raise Refused([Blocker(ACC_30.id, "Choose a role; nobody changes their own.", "role")])
    row.role, row.is_ketamine_trained = role, is_ketamine_trained
    row.save(update_fields=["role", "is_ketamine_trained"])
    _note("place changed", row, by, at)


@transaction.atomic
def end_place(*, place: Membership, by: StaffUser, at: datetime) -> None:
    """End somebody's work at this site from their next request on (ACC-35)."""
    row = _mine(place, by)
    if row.person_id == by.pk:
        raise Refused([Blocker(ACC_30.id, "Nobody ends their own place. Ask a colleague who runs this clinic.")])
    row.is_active = False
    row.save(update_fields=["is_active"])
    _note("place ended", row, by, at)


@transaction.atomic
def note_change_of_place(*, by: StaffUser, left: Site, at: datetime) -> None:
    """Write down that a session now stands for another site. by: as they are there (ACC-32)."""
    detail = {"from": left.pk, "role": by.role}
    audit.record(event="site changed", by=by, at=at, site=by.site, subject=by, detail=detail)


def note_training(*, person: StaffUser, site: Site, trained: bool) -> None:
    """Keep whether a nurse counts on this site's floor; whoever calls writes it down. person: as they are here."""
    own = StaffUser.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    if own.site_id == site.pk:
        own.is_ketamine_trained = trained
        own.save(update_fields=["is_ketamine_trained"])
    else:
        row = Membership.objects.select_for_update().get(site=site, person=own)
        row.is_ketamine_trained = trained
        row.save(update_fields=["is_ketamine_trained"])
    person.is_ketamine_trained = trained


def _mine(place: Membership, by: StaffUser) -> Membership:
    return Membership.objects.select_for_update(of=("self",)).get(pk=place.pk, site=by.site_id)


def _note(event: str, row: Membership, by: StaffUser, at: datetime) -> None:
    detail = {"person": row.person_id, "role": row.role, "is_ketamine_trained": row.is_ketamine_trained}
    audit.record(event=event, by=by, at=at, site=row.site, subject=row, detail=detail)
