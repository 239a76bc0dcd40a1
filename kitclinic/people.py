"""Reads about accounts: the list, one person, an invitation by its code, what somebody who leaves has open."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from kitclinic.models import OutboxMessage, Site, StaffChange, StaffInvitation, StaffUser
from kitclinic.outbox import Standing
from kitclinic.people_rules import RUNNERS, invitation_problems
from kitclinic.problems import Problem
from kitclinic.roles import PRESCRIBERS
from kitclinic.second_step import STEPS
from kitclinic.site_rows import found_by_key
from kitclinic.tokens import token_digest

MESSAGE = "staff-invitation-"  # the beginning of a message's key; its invitation's key follows


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. granted: the change that gave a role that signs orders, None for other roles
    or where it came before changes were kept; invitation: the open one."""

    person: StaffUser
    granted: StaffChange | None
    invitation: StaffInvitation | None
    at: datetime

    @property
    def signs(self) -> bool:
        return self.person.role in PRESCRIBERS

    @property
    def is_over(self) -> bool:
        """Whether an invitation waits that does not work any more."""
        return self.invitation is not None and self.invitation.expires_at <= self.at

    @property
    def state(self) -> str:
        if not self.person.is_active:
            return "closed"
        never = not self.person.has_usable_password() and self.person.last_login is None
        return "invited" if never else "active"


def people_of(site: Site, *, at: datetime) -> list[Line]:
    """Everybody with an account here: active first, by name."""
    staff = list(StaffUser.objects.filter(site=site).order_by("-is_active", "name", "pk"))
    granted, waiting = _kept(site, staff)
    return [_line(person, granted, waiting, at) for person in staff]


def line_of(person: StaffUser, *, at: datetime) -> Line:
    return _line(person, *_kept(person.site, [person]), at)


def _kept(site: Site, staff: list[StaffUser]) -> tuple[dict[int, StaffChange], dict[int, StaffInvitation]]:
    """By person: the change that gave the prescribing role held now, and the open invitation."""
    who = [person.pk for person in staff]
    granted: dict[int, StaffChange] = {}
    before: dict[int, str] = {}
    changes = StaffChange.objects.filter(site=site, user__in=who).select_related("by").order_by("pk")
    for change in changes:
        if change.role in PRESCRIBERS and before.get(change.user_id, "") not in PRESCRIBERS:
            granted[change.user_id] = change
        before[change.user_id] = change.role
    rows = StaffInvitation.objects.filter(site=site, user__in=who, used_at=None, ended_at=None)
    return granted, {row.user_id: row for row in rows}


def _line(
    person: StaffUser, granted: dict[int, StaffChange], waiting: dict[int, StaffInvitation], at: datetime
) -> Line:
    gave = granted.get(person.pk) if person.role in PRESCRIBERS else None
    return Line(person, gave, waiting.get(person.pk), at)


def changes_of(person: StaffUser) -> QuerySet[StaffChange]:
    """What was done to this account, the newest first."""
    rows = StaffChange.objects.filter(site=person.site, user=person)
    return rows.select_related("by").order_by("-pk")


def address_of(person: StaffUser) -> str:
    """Where the last invitation went: an e-mail address, a telephone number, or ""."""
    rows = StaffInvitation.objects.filter(site=person.site, user=person).order_by("-pk")
    return rows.values_list("to", flat=True).first() or ""


def left_open(person: StaffUser, *, at: datetime) -> list[str]:
    """What waits for this person, in sentences without names of patients (``LEFT_OPEN``)."""
    return [sentence for path in settings.LEFT_OPEN for sentence in _asked(path, person, at)]


def _asked(path: str, person: StaffUser, at: datetime) -> Iterable[str]:
    found: Iterable[str] = import_string(path)(person, at)
    return found


def runs_alone(person: StaffUser) -> bool:
    """Whether nobody else who is active runs this clinic, and this person does."""
    others = StaffUser.objects.at(person.site, roles=RUNNERS)
    return person.is_active and person.role in RUNNERS and not others.exclude(pk=person.pk).exists()


def invitation_by(token: str) -> StaffInvitation | None:
    """Return the invitation of a code; the request then stands for its site."""
    rows = StaffInvitation.objects.select_related("user", "site").filter(token_digest=token_digest(token))
    return found_by_key(rows, because="an invitation, by its link's code") if token else None


def problems_of(invitation: StaffInvitation | None, *, at: datetime) -> list[Problem]:
    """Why this invitation does not open now; [] when it does."""
    if invitation is None:
        return invitation_problems(known=False, used=False, ended=False, over=False)
    return invitation_problems(
        known=True,
        used=invitation.used_at is not None,
        ended=invitation.ended_at is not None or not invitation.user.is_active,
        over=at >= invitation.expires_at,
    )


def standing(message: OutboxMessage, at: datetime) -> Standing:
    """Whether an invitation's message may still leave: not after the link was closed."""
    if not message.key.startswith(MESSAGE):
        return Standing()
    row = StaffInvitation.objects.select_related("user").filter(
        site_id=message.site_id, pk=message.key.removeprefix(MESSAGE)
    )
    found = problems_of(row.first(), at=at)
    return Standing(withdrawn=found[0].sentence) if found else Standing()


def said_of(number: int, one: str, several: str = "") -> list[str]:
    """["3 orders drafted and not signed"]; [] for none. several: where it is not the same word as one."""
    return [f"{number} {one if number == 1 else several or one}"] if number else []


def second_steps(person: StaffUser) -> list[str]:
    """What this person shows besides the password: "a codes app", "2 passkeys". Empty without any."""
    kinds = Counter(Authenticator.objects.filter(user=person, type__in=STEPS).values_list("type", flat=True))
    apps, keys = kinds[Authenticator.Type.TOTP], kinds[Authenticator.Type.WEBAUTHN]
    said = ["A codes app"] if apps else []
    return said + ([f"{keys} passkey{'' if keys == 1 else 's'}"] if keys else [])
