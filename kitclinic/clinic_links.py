"""What "Clinic" leads to: the pages of whoever runs the clinic, in groups. Add a page here when it exists."""

from dataclasses import dataclass

from django.urls import reverse

from kitclinic.models import StaffUser
from kitclinic.roles import Permission

PEOPLE, RECORDS, CLINIC = GROUPS = ("People", "Records", "Clinic")
RUN = Permission.RUN_CLINIC


@dataclass(frozen=True, slots=True)
class Link:
    """One page: what it is called, its URL name, one sentence, and any of which permissions opens it."""

    group: str
    label: str
    name: str
    says: str
    any_of: tuple[Permission, ...] = (RUN,)

    @property
    def url(self) -> str:
        return reverse(self.name)


LINKS: tuple[Link, ...] = (
    Link(PEOPLE, "People", "people", "Who has an account, what they may do; invite, change, close."),
    Link(PEOPLE, "People of other clinics", "members", "Who works here too, and as what."),
    Link(PEOPLE, "Training", "scheduling:settings_team", "Which nurses count on the floor of the suite."),
    Link(PEOPLE, "Shared tablets", "tablets", "The devices on which people lock, and change by PIN."),
    Link(
        RECORDS,
        "Changes",
        "changes",
        "What changed of staff, settings, formulary and schedule, by whom and when.",
    ),
    Link(
        RECORDS,
        "Audit trail",
        "audit",
        "Who did what, who looked at what, and whether the record of it is whole.",
        (Permission.REVIEW_ACCESS,),
    ),
    Link(
        RECORDS,
        "Emergency access: review",
        "scheduling:break_glass_queue",
        "Records opened by somebody whose role does not see them.",
        (Permission.REVIEW_ACCESS,),
    ),
    Link(
        RECORDS,
        "Open a record in an emergency",
        "scheduling:break_glass",
        "One patient, for an hour, with a reason that is reviewed.",
        (Permission.BREAK_GLASS,),
    ),
    Link(
        RECORDS,
        "How long records are kept",
        "scheduling:retention",
        "The policy, charts whose time is over, and legal holds.",
        (Permission.RELEASE_RECORDS,),
    ),
    Link(
        RECORDS,
        "Ledger",
        "infusions:ledger",
        "Every vial of a controlled substance, from receipt to waste.",
        (Permission.SEE_LEDGER,),
    ),
    Link(
        RECORDS,
        "Research exports",
        "outcomes:research",
        "What left the clinic without names, and when.",
        (Permission.EXPORT_RESEARCH,),
    ),
    Link(
        CLINIC, "What is ready", "scheduling:clinic_ready", "What is still missing for a referral and an infusion."
    ),
    Link(CLINIC, "All settings", "site_settings", "Every setting with its default, who changed it, and why."),
    Link(CLINIC, "Group visit and letters", "scheduling:settings", "The window before day 1, holidays, letters."),
    Link(CLINIC, "Hours and chairs", "scheduling:settings_suite", "When the suite opens and what it holds."),
    Link(CLINIC, "Booking and messages", "scheduling:settings_booking", "Caps, holds, offers, quiet hours."),
    Link(CLINIC, "Protocols", "scheduling:settings_protocols", "How long a visit takes, and how many infusions."),
)


def links_of(user: StaffUser) -> list[tuple[str, list[Link]]]:
    """The groups with the links this person may open; a group without any is left out."""
    mine = [link for link in LINKS if any(map(user.may, link.any_of))]
    found = [(group, [link for link in mine if link.group == group]) for group in GROUPS]
    return [(group, links) for group, links in found if links]
