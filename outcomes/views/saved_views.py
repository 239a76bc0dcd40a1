"""Views of outcomes under a name: one's own, and those shared with the clinic without small cells."""

from collections.abc import Mapping
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import rename_view, save_view, withdraw_view
from outcomes.models import SavedView
from outcomes.queries.shared_view import shared_view
from outcomes.queries.study import cut, study
from outcomes.rules.filters import day_words
from outcomes.rules.saved_views import AS_OF_KEYS, PAGES, SAVED, SHARED
from outcomes.rules.suppression import COMPLEMENTS, PERCENT_ALONE, SMALL_CELLS, WITHIN
from outcomes.view_forms import ALWAYS, RenameViewForm, SaveViewForm
from outcomes.views.queried import SIDES, asking, common_query, side_query


@requires(Permission.SEE_OUTCOMES, Permission.SEE_SHARED_FIGURES)
@require_safe
def saved_views(request: StaffRequest) -> HttpResponse:
    views = SavedView.objects.seen_by(request.user).select_related("made_by").order_by("-made_at", "-pk")
    runs = request.user.may(Permission.RUN_CLINIC)
    lines = [(view, address_of(view), view.made_by_id == request.user.pk or runs) for view in views]
    may_save = request.user.may(Permission.SEE_OUTCOMES)
    context = {"lines": lines, "may_save": may_save, "rules": (SAVED, SHARED)}
    return page(request, "outcomes/saved_views.html", context)


@requires(Permission.SEE_OUTCOMES)
def saved_view_new(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    named = request.GET.get("on", "")
    kind = PAGES.get(named)
    if kind is None:
        raise Http404
    query = checked_query(request, named, request.GET.dict(), at)
    form = SaveViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            view = save_view(
                site=request.clinic,
                name=said["name"],
                page=named,
                query=query,
                shared=said["shared"],
                always_today=said["as_of"] == ALWAYS,
                by=request.user,
                at=at,
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"“{view.name}” is kept.")
            return redirect("outcomes:saved_views")
    days = sorted({date.fromisoformat(value) for key, value in query.items() if key in AS_OF_KEYS})
    context = {
        "form": form,
        "kind": kind,
        "days": [day_words(day) for day in days],
        "back": f"{reverse(f'outcomes:{named}')}?{urlencode(query)}",
    }
    return page(request, "outcomes/saved_view_new.html", context, status=422 if form.errors else 200)


@requires(Permission.SEE_OUTCOMES)
def saved_view_name(request: StaffRequest, pk: int) -> HttpResponse:
    view = _view(request, pk)
    form = RenameViewForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(view=view, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            return redirect("outcomes:saved_views")
    context = {"form": form, "view": view}
    return page(request, "outcomes/saved_view_name.html", context, status=422 if form.errors else 200)


@requires(Permission.SEE_OUTCOMES)
@require_POST
def saved_view_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    view = withdraw_view(view=_view(request, pk), by=request.user, at=timezone.now())
    say(request, f"“{view.name}” is withdrawn.")
    return redirect("outcomes:saved_views")


@requires(Permission.SEE_OUTCOMES, Permission.SEE_SHARED_FIGURES)
@require_safe
def saved_view(request: StaffRequest, token: str) -> HttpResponse:
    at = timezone.now()
    shared = SavedView.objects.filter(is_shared=True, withdrawn_at__isnull=True).select_related("made_by")
    view = get_object_or_404(shared, site=request.clinic, token=token)
    asked = asking(request, view.query, at)
    found = study(asked.asked)
    context = {
        "view": view,
        "asked": asked,
        "cut": cut(found, asked.site.local(at)),
        "shown": shared_view(found),
        "rules": (SMALL_CELLS, COMPLEMENTS, WITHIN, PERCENT_ALONE),
    }
    return page(request, "outcomes/saved_view.html", context)


def _view(request: StaffRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.seen_by(request.user), pk=pk)


def address_of(view: SavedView) -> str:
    """Return where a view opens: a shared one without small cells, one's own as its page."""
    if view.is_shared:
        return reverse("outcomes:saved_view", args=[view.token])
    return f"{reverse(f'outcomes:{view.page}')}?{urlencode(view.query)}"


def checked_query(request: StaffRequest, named: str, given: Mapping[str, str], at: datetime) -> dict[str, str]:
    """Return what of an address is kept: everything read and written anew, nothing that it does not know."""
    if named != "compare":
        extras = {key: given[key][:60] for key in PAGES[named].extras if given.get(key)}
        return asking(request, given, at).asked.as_query() | extras
    common = common_query(given)
    query: dict[str, str] = {}
    for letter in SIDES:
        asked = asking(request, common | side_query(given, letter), at).asked
        definitions = asked.definitions.as_query()
        query |= definitions | {f"{letter}.{k}": v for k, v in asked.as_query().items() if k not in definitions}
    return query
