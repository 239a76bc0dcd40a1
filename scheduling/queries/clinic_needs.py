"""What a new clinic needs before its first referral and its first group visit."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from kitclinic.clinic_needs import Need
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling.models import GroupSeries, GroupVisit, NurseShift, SuiteDay
from scheduling.queries.records import current_consent_text

REGISTER = [role for role, permissions in ROLES.items() if Permission.REGISTER_PATIENTS in permissions]


def needs(site: Site, at: datetime) -> Iterator[Need]:
    """Seven queries."""
    today, people, settings = site.today(at), reverse("people"), reverse("site_settings")
    place = bool(site.address and site.phone)
    says = "On letters and messages." if place else "Letters and messages to patients name them."
    yield Need("Address and telephone", place, says, settings, for_referral=True)
    text = current_consent_text(site_id=site.pk)
    says = text.title if text else "Patients sign it at the group visit."
    yield Need("Consent text", text is not None, says, reverse("scheduling:consent_text"), for_referral=True)
    staff = list(StaffUser.objects.at(site))
    works = [one for one in staff if one.has_usable_password()]
    registers = [one.name for one in works if one.role in REGISTER]
    says = _names(registers) or _waits(staff, REGISTER) or "Invite a scheduler or a physician."
    yield Need("Somebody who registers patients", bool(registers), says, people, for_referral=True)
    for role, does in (
        (Role.PHYSICIAN, "signs orders"),
        (Role.PSYCHOLOGIST, "leads group visits with the physician"),
    ):
        names = [one.name for one in works if one.role == role]
        says = _names(names) or _waits(staff, [role]) or f"Invite one: {role.label.lower()} who {does}."
        yield Need(f"A {role.label.lower()}", bool(names), says, people)
    nurses = [one.name for one in works if one.role == Role.NURSE and one.is_ketamine_trained]
    says = _names(nurses) or _waits(staff, [Role.NURSE]) or "Invite one; only who is trained counts on the floor."
    yield Need("A nurse trained for ketamine", bool(nurses), says, people)
    days = SuiteDay.objects.filter(site=site, date__gte=today, closed_because="").count()
    yield Need(
        "Weeks open for booking",
        days > 0,
        f"{days} days ahead." if days else "Open the coming weeks.",
        reverse("scheduling:week"),
    )
    shifts = NurseShift.objects.filter(site=site, suite_day__date__gte=today).exists()
    yield Need(
        "A roster",
        shifts,
        "Shifts are entered." if shifts else "Enter who works when.",
        reverse("scheduling:roster"),
    )
    groups = (
        GroupSeries.objects.filter(site=site).exists()
        or GroupVisit.objects.filter(site=site, date__gte=today).exists()
    )
    yield Need(
        "Group visits",
        groups,
        "Planned." if groups else "Plan a series, with its room and leads.",
        reverse("scheduling:groups"),
    )


def _names(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else ""


def _waits(staff: list[StaffUser], roles: list[str]) -> str:
    invited = [one.name for one in staff if one.role in roles and not one.has_usable_password()]
    return f"{_names(invited)}: invited, and has not set a password yet." if invited else ""
