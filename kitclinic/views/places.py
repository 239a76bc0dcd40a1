"""Changing the site one stands for; and who of other sites works here too."""

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.actions import change_place, end_place, give_place, note_change_of_place
from kitclinic.forms import PlaceForm
from kitclinic.http import add_problems_to_form, key_in, page, say
from kitclinic.models import Membership, Site, StaffUser
from kitclinic.place_rules import ACC_34
from kitclinic.places import places_of, stand_in_session, standing
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission, Role
from kitclinic.tablets import tablet_of


@requires(Permission.SIGNED_IN)
@require_POST
def place(request: StaffRequest) -> HttpResponse:
    """Stand for another of one's own sites, in this browser."""
    if tablet := tablet_of(request):
        sentence = f"{tablet.name} is of one clinic. Change to another on a device of your own, or at its tablet."
        raise Refused([Blocker(ACC_34.id, sentence)])
    asked = key_in(request.POST.get("site"))
    if asked not in {one.site_id for one in places_of(request.user)}:
        raise Http404
    left, site = request.clinic, Site.objects.get(pk=asked)
    there = standing(StaffUser.objects.select_related("site").get(pk=request.user.pk), site)
    stand_in_session(request, there, site)
    note_change_of_place(by=there, left=left, at=timezone.now())
    say(request, f"You are at {site.name} now, as {there.get_role_display().lower()}.")
    return redirect(_same_page(request, there) or "home")


def _same_page(request: StaffRequest, there: StaffUser) -> str:
    """The page that asked, where it names no row of the site left and is open to the role; else ""."""
    asked = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return ""
    path = urlsplit(asked).path
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    any_of = getattr(match.func, "any_of", ())
    return path if not match.kwargs and any(map(there.may, any_of)) else ""


@requires(Permission.RUN_CLINIC)
def members(request: StaffRequest) -> HttpResponse:
    """Who of other sites works here, and letting somebody in."""
    form = PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = give_place(site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{made.person.name} works here now as {made.get_role_display().lower()}.")
            return redirect("members")
    rows = Membership.objects.filter(site=request.clinic).select_related("person", "person__site")
    context = {"form": form, "members": rows.order_by("-is_active", "person__name"), "roles": Role.choices}
    return page(request, "kitclinic/members.html", context, status=422 if form.errors else 200)


@requires(Permission.RUN_CLINIC)
@require_POST
def member_change(request: StaffRequest, pk: int) -> HttpResponse:
    row = _member(request, pk)
    trained = request.POST.get("is_ketamine_trained") == "on"
    role = request.POST.get("role", "")
    change_place(place=row, role=role, is_ketamine_trained=trained, by=request.user, at=timezone.now())
    say(request, f"What {row.person.name} is here is changed.")
    return redirect("members")


@requires(Permission.RUN_CLINIC)
@require_POST
def member_end(request: StaffRequest, pk: int) -> HttpResponse:
    row = _member(request, pk)
    end_place(place=row, by=request.user, at=timezone.now())
    say(request, f"{row.person.name} does not work here any more.")
    return redirect("members")


def _member(request: StaffRequest, pk: int) -> Membership:
    rows = Membership.objects.select_related("person", "site")
    return get_object_or_404(rows, site=request.clinic, pk=pk)
