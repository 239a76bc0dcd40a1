"""Who holds a shared tablet: every request is checked for the lock, and for whom its page was made."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token, rotate_token
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from kitclinic.access import SIGNED_IN_AT
from kitclinic.actions import move_session
from kitclinic.foundation_rules import TAB_06, TOUCH_LAG_S
from kitclinic.http import SAFE_METHODS, key_in
from kitclinic.models import Site, StaffUser, Tablet
from kitclinic.place_rules import ACC_33
from kitclinic.places import stand_in_session
from kitclinic.problems import Blocker
from kitclinic.tablets import LOCKED_AT, ON_TABLET, OWN_DEVICE, TOUCHED_AT, Face, is_locked, tablet_of

GetResponse = Callable[[HttpRequest], HttpResponse]
MADE_FOR = "KC-User"  # header: key of the person the sending page was made for
MADE_AT = "KC-Site"  # header: key of the site it was made at
LOCKED = 423
OWN_WHY = "nobody used this device for a while"
BACKEND = "kitclinic.sessions.StaffBackend"


class LockMiddleware:
    """On a locked tablet only public pages answer; a page made for somebody else writes nothing (TAB-06).

    Nor does one made at another site, which is not filled with this one's rows either (ACC-33).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or _is_public(request):
            return self.get_response(request)
        tablet = tablet_of(request)
        if tablet is None and ON_TABLET in request.session:
            logout(request)  # the tablet was ended: nobody stays on it
        elif locks(request):
            at = timezone.now()
            if is_locked(request.session, at=at, signed_in_at=_signed_in_at(request)):
                return _locked(request)
            _touch(request, at)
        return _made_for_another(request) or _made_elsewhere(request) or self.get_response(request)


def locks(request: HttpRequest) -> bool:
    """Whether this session locks after a rest: on a tablet of the person's clinic, on any device of their own."""
    tablet = tablet_of(request)
    if tablet is None:
        return OWN_DEVICE in getattr(request, "session", ())  # an error page may come before there is one
    return request.user.is_authenticated and tablet.site_id == request.user.site_id


def own_face(request: HttpRequest) -> Face:
    """The one name at the lock of one's own device."""
    keys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, user=request.user)
    return Face(request.user, OWN_WHY, keys.exists())  # type: ignore[arg-type]


def go_on(request: HttpRequest, *, at: datetime) -> str:
    """The person of this session is back at their own device. Returns the fresh CSRF token."""
    before = request.session.session_key or ""
    request.session.cycle_key()
    move_session(before=before, after=request.session.session_key or "")
    request.session[TOUCHED_AT] = int(at.timestamp())
    request.session.pop(LOCKED_AT, None)
    rotate_token(request)
    return get_token(request)


def hold(request: HttpRequest, tablet: Tablet, *, password_at: datetime, at: datetime) -> None:
    """The session stands on this tablet from now on, unlocked, under a new key."""
    before = request.session.session_key or ""
    request.session.cycle_key()
    move_session(before=before, after=request.session.session_key or "")
    request.session[ON_TABLET] = tablet.pk
    request.session[SIGNED_IN_AT] = int(password_at.timestamp())
    request.session[TOUCHED_AT] = int(at.timestamp())
    request.session.pop(LOCKED_AT, None)


def come_in(
    request: HttpRequest, person: StaffUser, tablet: Tablet, *, password_at: datetime, at: datetime
) -> str:
    """Sign this person in on the tablet, under a new session key. Returns the fresh CSRF token."""
    login(request, person, backend=BACKEND)  # another person's session is emptied by this
    stand_in_session(request, person, tablet.site)
    hold(request, tablet, password_at=password_at, at=at)
    UserSession.objects.create_from_request(request)
    return get_token(request)


def _signed_in_at(request: HttpRequest) -> datetime | None:
    seconds = request.session.get(SIGNED_IN_AT)
    return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) else None


def _is_public(request: HttpRequest) -> bool:
    try:
        return hasattr(resolve(request.path_info).func, "public_because")
    except Resolver404:
        return True


def _is_by_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or "KC-Form" in request.headers


def _locked(request: HttpRequest) -> HttpResponse:
    """A script gets 423, which opens the lock over the page; a browser gets the lock screen."""
    if _is_by_script(request) or request.method not in SAFE_METHODS:
        return render(request, "kitclinic/locked.html", status=LOCKED)
    return redirect(f"{reverse('lock')}?{urlencode({'next': request.get_full_path()})}")


def _touch(request: HttpRequest, at: datetime) -> None:
    """Whoever sends a form or opens a page is there; what a page asks for by itself does not count."""
    by_itself = request.method in SAFE_METHODS and _is_by_script(request)
    if not by_itself and at.timestamp() - request.session.get(TOUCHED_AT, 0) >= TOUCH_LAG_S / 2:
        request.session[TOUCHED_AT] = int(at.timestamp())


def _made_for_another(request: HttpRequest) -> HttpResponse | None:
    made_for = request.headers.get(MADE_FOR, "")
    user = request.user
    if (
        request.method in SAFE_METHODS
        or not made_for
        or not isinstance(user, StaffUser)
        or made_for == str(user.pk)
    ):
        return None
    first = StaffUser.objects.at(user.site, ended=True).filter(pk=key_in(made_for)).first()
    who = first.name if first else "somebody else"
    sentence = (
        f"This page was opened by {who}, and {user.name} is signed in here now. Nothing was written. "
        f"What was typed is still on this page: {who} unlocks and sends it."
    )
    return render(
        request, "kitclinic/made_for_another.html", {"problems": [Blocker(TAB_06.id, sentence)]}, status=409
    )


def _made_elsewhere(request: HttpRequest) -> HttpResponse | None:
    made_at, user = request.headers.get(MADE_AT, ""), request.user
    if not made_at or not isinstance(user, StaffUser) or user.site is None or made_at == str(user.site_id):
        return None
    name = Site.objects.filter(pk=key_in(made_at)).values_list("name", flat=True).first() or "another clinic"
    sentence = (
        f"This page was opened at {name}, and you are at {user.site.name} now. Nothing was read or written. "
        f"What was typed is still on this page: change to {name} in your menu in another tab, and send it."
    )
    return render(
        request, "kitclinic/made_for_another.html", {"problems": [Blocker(ACC_33.id, sentence)]}, status=409
    )
