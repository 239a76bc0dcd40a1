"""Which place a session stands for: the person is loaded once and stands for that site and role everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kitclinic.models import Membership, Site, StaffUser
from kitclinic.place_rules import ACC_35
from kitclinic.problems import Blocker
from kitclinic.site_rows import stand_for
from kitclinic.tablets import ON_TABLET

PLACE = "kc_place"  # key in the session: the site it stands for, where that is not the person's own
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ENDED = "You do not work at that clinic any more, so nothing was read or written there. You are at {site} now."

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Place:
    """One place a person may stand for. role: in words."""

    site_id: int
    name: str
    role: str
    current: bool


def standing(person: StaffUser, site: Site) -> StaffUser:
    """The person as they are at this site; unchanged where they do not work there. No query at their own site."""
    if person.site_id == site.pk:
        return person
    return StaffUser.objects.at(site).filter(pk=person.pk).first() or person


def places_of(person: StaffUser) -> list[Place]:
    """Every place at which this person works, their own first; one alone for most. One query."""
    own: int = person.own_place[0] if person.own_place else person.site.pk
    rows = Membership.objects.filter(person=person, is_active=True).select_related("site").order_by("site__name")
    further = list(rows)
    if not further:
        return []
    home = StaffUser.objects.select_related("site").get(pk=person.pk)
    found = [Place(own, home.site.name, home.get_role_display(), own == person.site_id)]
    return found + [
        Place(row.site_id, row.site.name, row.get_role_display(), row.site_id == person.site_id) for row in further
    ]


def stand_in_session(request: HttpRequest, person: StaffUser, site: Site) -> None:
    """From now on this session stands for the person at this site."""
    own = StaffUser.objects.values_list("site_id", flat=True).get(pk=person.pk)
    if site.pk == own:
        request.session.pop(PLACE, None)
    else:
        request.session[PLACE] = site.pk
    stand_for(site.pk)


class PlaceMiddleware:
    """Whoever works at several sites stands for the one that their session names (ACC-30, ACC-35)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = request.session.get(PLACE)
        user: Any = request.user if named is not None else None
        if user is None or not user.is_authenticated or named == user.site_id:
            return self.get_response(request)
        row = Membership.objects.select_related("site").filter(person=user, site=named, is_active=True).first()
        if row is None:
            return self._ended(request, user)
        user.stand_at(row.site, role=row.role, trained=row.is_ketamine_trained)
        stand_for(row.site_id)
        return self.get_response(request)

    def _ended(self, request: HttpRequest, user: StaffUser) -> HttpResponse:
        """The place is over: the session falls back to the person's own, and this request does nothing."""
        request.session.pop(PLACE, None)
        if ON_TABLET in request.session:
            logout(request)  # a tablet is of the site that is over for this person (ACC-34)
            return redirect("login")
        sentence = ENDED.format(site=user.site.name)
        if request.method in SAFE_METHODS:
            messages.warning(request, sentence)
            return redirect("home")
        return render(request, "refused.html", {"problems": [Blocker(ACC_35.id, sentence)]}, status=403)
