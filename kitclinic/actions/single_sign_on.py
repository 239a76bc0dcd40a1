"""Single sign-on: whom the provider's claims mean among the accounts that were invited; nobody is made."""

from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.openid import Claims
from kitclinic.openid_providers import Provider
from kitclinic.people_rules import ACC_07, stranger
from kitclinic.problems import Problem


@dataclass(frozen=True, slots=True)
class Known:
    """Who came by a provider. person: None when nobody does; problem says why."""

    person: StaffUser | None
    problem: Problem | None = None


@transaction.atomic
def recognise(*, provider: Provider, claims: Claims, at: datetime) -> Known:
    """Whom these claims mean (ACC-07). At the first sign-in the provider's subject is bound to the account.

    A refusal is returned, not raised, so that its audit event stays.
    """
    subject = str(claims["sub"])
    bound = _bound(provider, subject)
    person = _lock(bound.user if bound else _by_name(provider, claims))
    bound = bound or _bound(provider, subject)  # two windows at once: the second finds what the first bound
    if person is None or person.site is None:
        return Known(None, stranger(provider.button))
    why = _against(provider, person, bound)
    if why:
        _note("sign-in refused", provider, person, at, why=why)
        return Known(None, stranger(provider.button))
    if bound is None:
        SocialAccount.objects.create(user=person, provider=provider.key, uid=subject)
        _note("account bound to a provider", provider, person, at)
    return Known(person)


def _bound(provider: Provider, subject: str) -> SocialAccount | None:
    found: SocialAccount | None = SocialAccount.objects.filter(provider=provider.key, uid=subject).first()
    return found


def _by_name(provider: Provider, claims: Claims) -> StaffUser | None:
    """The account whose user name the claim holds; an address counts only when the provider verified it."""
    name = claims.get(provider.user_claim)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        return None
    if provider.user_claim == "email" and claims.get("email_verified") is not True:
        return None
    found = StaffUser.objects.filter(username__iexact=name.strip(), is_superuser=False)
    exactly = [one for one in found if one.username == name.strip()] or list(found)
    return exactly[0] if len(exactly) == 1 else None


def _lock(person: StaffUser | None) -> StaffUser | None:
    if person is None:
        return None
    rows = StaffUser.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    return rows.get(pk=person.pk)


def _against(provider: Provider, person: StaffUser, bound: SocialAccount | None) -> str:
    """Why this account does not open by this provider, in a word for the audit trail; "" when it does."""
    if person.site is None or not provider.speaks_for(person.site.slug):
        return "site"
    if not person.is_active:
        return "closed"
    if bound is None and SocialAccount.objects.filter(provider=provider.key, user=person).exists():
        return "another subject"
    return ""


def _note(event: str, provider: Provider, person: StaffUser, at: datetime, **more: str) -> None:
    detail = {"provider": provider.key, "rule": ACC_07.id, **more}
    where = {"site": person.site, "subject": person, "detail": detail}
    audit.record(event=event, by=None, actor="not signed in", at=at, **where)
