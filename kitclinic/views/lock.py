"""The lock of a shared tablet: closing it, the names, coming in by PIN or password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, public, requires
from kitclinic.actions import note_lock, note_own_device, note_refused, note_unlock, record_password, try_pin
from kitclinic.addresses import client_address
from kitclinic.aside import keep_unsaved
from kitclinic.forms import UnlockForm
from kitclinic.foundation_rules import TAB_04
from kitclinic.http import key_in
from kitclinic.locking import MADE_FOR, come_in, go_on, locks, own_face
from kitclinic.models import StaffUser, Tablet
from kitclinic.openid_providers import buttons
from kitclinic.passkeys import answered, ask_for_one
from kitclinic.places import standing
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from kitclinic.sign_in import person_of
from kitclinic.site_rows import stand_for
from kitclinic.tablets import LOCKED_AT, Face, faces, password_at, tablet_of

BY_SCRIPT = "KC-Lock"  # header of the lock's own requests


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who may come in. how: "PIN", "password" or "passkey"; password_at: of the last two."""

    person: StaffUser
    how: str
    password_at: datetime


@public("locking is always allowed; the lock screen shows names of staff, on enrolled tablets only")
def lock(request: HttpRequest) -> HttpResponse:
    """GET: the lock screen, for a script its names. POST: lock."""
    tablet = tablet_of(request)
    if tablet is None and not locks(request):
        return redirect("login")
    if tablet is not None:
        stand_for(tablet.site_id)
    at = timezone.now()
    if request.method == "POST":
        _close(request, tablet, at)
        return HttpResponse(status=204) if BY_SCRIPT in request.headers else redirect("lock")
    context = _panel(request, tablet, at, request.GET)
    template = "kitclinic/_lock_panel.html" if BY_SCRIPT in request.headers else "kitclinic/lock.html"
    return render(request, template, context)


@public("an enrolled tablet's token, and a PIN or a password, are the way in")
@sensitive_post_parameters()
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    tablet = tablet_of(request)
    form = UnlockForm(request.POST)
    if not form.is_valid() or (tablet is None and not locks(request)):
        return redirect("login")
    if tablet is not None:
        stand_for(tablet.site_id)
    at = timezone.now()
    if tablet is None:
        return _own_device(request, form.cleaned_data, at)
    try:
        entry = _who(request, tablet, form.cleaned_data, at)
    except Refused as refused:
        return _refused(request, tablet, refused, at)
    before = request.user if request.user.is_authenticated else None
    _keep_typed(request, tablet, form, entry.person, at)
    token = come_in(request, entry.person, tablet, password_at=entry.password_at, at=at)
    note_unlock(tablet=tablet, by=entry.person, at=at, how=entry.how, before=before)
    return _opened(request, entry.person, token)


@public("what a passkey is asked at the lock, on enrolled tablets and of who is signed in")
@require_POST
def lock_passkey(request: HttpRequest) -> HttpResponse:
    tablet = tablet_of(request)
    if tablet is None and isinstance(request.user, StaffUser) and locks(request):
        return JsonResponse(ask_for_one(request.user))
    staff = StaffUser.objects.filter(site=tablet.site if tablet else None, is_active=True)
    person = staff.filter(pk=key_in(request.POST.get("user"))).first()
    if tablet is None or person is None:
        raise Http404
    return JsonResponse(ask_for_one(person))


@requires(Permission.SIGNED_IN)
@require_POST
def touched(request: StaffRequest) -> HttpResponse:
    """Somebody is at the tablet: the middleware has noted it already."""
    return HttpResponse(status=204)


def _opened(request: HttpRequest, person: StaffUser, token: str) -> HttpResponse:
    if BY_SCRIPT in request.headers:
        return HttpResponse(status=204, headers={MADE_FOR: str(person.pk), "KC-Token": token})
    return redirect(_address(request, request.POST) or "home")


def _panel(request: HttpRequest, tablet: Tablet | None, at: datetime, asked: dict[str, str]) -> dict[str, Any]:
    """What the lock shows: names, where to go afterwards, and the buttons of single sign-on."""
    site = tablet.site if tablet is not None else request.user.site  # type: ignore[union-attr]
    sign_on = buttons(site.slug if site else "")
    return {
        "tablet": tablet,
        "faces": _faces(request, tablet, at),
        "next": _address(request, asked),
        "sign_on": sign_on,
    }


def _faces(request: HttpRequest, tablet: Tablet | None, at: datetime) -> list[Face]:
    """Who may come in: on a tablet the people of the day, on one's own device oneself."""
    return faces(tablet, at=at) if tablet is not None else [own_face(request)]


def _own_device(request: HttpRequest, data: dict[str, str], at: datetime) -> HttpResponse:
    """Back at one's own device, by password or passkey; somebody else signs in anew."""
    person = request.user
    assert isinstance(person, StaffUser)
    how = "passkey" if data["credential"] else "password"
    try:
        if how == "passkey":
            right = answered(data["credential"], person=person) is not None
        else:
            right = bool(person_of(request, username=person.username, password=data["password"], at=at))
        if not right:
            raise Refused([Blocker("", f"That is not your {how}. Try again.", "password")])
    except Refused as refused:
        return _refused(request, None, refused, at)
    note_own_device(event="own device unlocked", by=person, at=at, how=how)
    return _opened(request, person, go_on(request, at=at))


def _close(request: HttpRequest, tablet: Tablet | None, at: datetime) -> None:
    user = request.user
    if not isinstance(user, StaffUser) or not locks(request) or LOCKED_AT in request.session:
        return
    request.session[LOCKED_AT] = int(at.timestamp())
    why = "rest" if request.POST.get("why") == "rest" else "button"
    if tablet is None:
        note_own_device(event="own device locked", by=user, at=at, how=why)
    else:
        note_lock(tablet=tablet, by=user, at=at, why=why)


def _who(request: HttpRequest, tablet: Tablet, data: dict[str, str], at: datetime) -> Entry:
    """Who comes in. Raises Refused with a sentence that says what is left to try."""
    staff = StaffUser.objects.at(tablet.site)
    person = staff.filter(pk=data["user"]).first() if data["user"] else None
    if person is None and not data["username"]:
        raise Refused([Blocker("", "Tap your name first.")])
    if person is not None and data["credential"]:
        return _by_passkey(request, tablet, person, data["credential"], at)
    if person is not None and not data["password"]:
        _check_pin(tablet, person, data["pin"], at)
        return Entry(person, "PIN", password_at(tablet, person) or at)
    name = person.username if person else data["username"]
    found = person_of(request, username=name, password=data["password"], at=at)
    found = standing(found, tablet.site) if found else None
    if found is None or found.site_id != tablet.site_id:
        words = "That is not your password." if person else "User name or password is wrong."
        raise Refused([Blocker("", f"{words} Type it again.", "password")])
    record_password(tablet=tablet, person=found, at=at)
    return Entry(found, "password", at)


def _by_passkey(request: HttpRequest, tablet: Tablet, person: StaffUser, credential: str, at: datetime) -> Entry:
    """The passkey stands for the password: the shift of the PIN begins with it (TAB-05)."""
    if answered(credential, person=person) is None:
        note_refused(name=person.username, address=client_address(request), at=at, why="passkey")
        raise Refused([Blocker("", "That passkey is not yours. Try again, or go another way.")])
    record_password(tablet=tablet, person=person, at=at)
    return Entry(person, "passkey", at)


def _check_pin(tablet: Tablet, person: StaffUser, pin: str, at: datetime) -> None:
    tried = try_pin(tablet=tablet, person=person, pin=pin, at=at)
    if tried.right:
        return
    if tried.why:
        raise Refused([Blocker(TAB_04.id, f"Type your password: {tried.why}.", "password")])
    tries = "1 try is" if tried.left == 1 else f"{tried.left} tries are"
    raise Refused([Blocker(TAB_04.id, f"That is not your PIN. {tries} left, then the password is needed.", "pin")])


def _refused(request: HttpRequest, tablet: Tablet | None, refused: Refused, at: datetime) -> HttpResponse:
    context: dict[str, Any] = {"problems": refused.problems, "tablet": tablet}
    if BY_SCRIPT in request.headers:
        return render(request, "kitclinic/_lock_problems.html", context, status=422)
    context |= _panel(request, tablet, at, request.POST)
    return render(request, "kitclinic/lock.html", context, status=422)


def _keep_typed(request: HttpRequest, tablet: Tablet, form: UnlockForm, person: StaffUser, at: datetime) -> None:
    """What the page's own person had not saved is kept for them; only of somebody who signed in here."""
    rows = StaffUser.objects.at(tablet.site, ended=True)
    author = rows.filter(pk=key_in(request.headers.get(MADE_FOR))).first()
    if author is None or author.pk == person.pk or password_at(tablet, author) is None:
        return
    for one in form.cleaned_data["typed"]:
        who = {"author": author, "next_one": person}
        keep_unsaved(tablet=tablet, address=one.address, fields=one.fields, at=at, **who)


def _address(request: HttpRequest, values: dict[str, str]) -> str:
    """Where to go afterwards: a page of this clinic, else ""."""
    asked = values.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""
