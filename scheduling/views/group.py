"""The roster of a group visit: the list, the room's teaching, the end. One patient is open beside the list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, key_in, page, say
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.models import GroupVisit
from scheduling.views.roster_answers import roster_context

NO_NEWS = 204


@requires(Permission.SEE_SCHEDULE)
@require_safe
def group(request: StaffRequest, pk: int) -> HttpResponse:
    return page(request, "scheduling/group.html", roster_context(request, _group(request, pk)))


@requires(Permission.SEE_SCHEDULE)
@require_safe
def group_rows(request: StaffRequest, pk: int) -> HttpResponse:
    """The list, the counts and the facts of the open patient, when anything has changed since ``version``."""
    open_key = request.GET.get("open", "")
    may_open = request.user.may(Permission.LEAD_GROUPS) or request.user.may(Permission.BOOK)
    key = key_in(open_key) if may_open else 0
    context = roster_context(request, _group(request, pk), key)
    if request.GET.get("version") == context["roster"].version:
        return HttpResponse(status=NO_NEWS)
    return render(request, "scheduling/_group_news.html", context | {"oob": True})


@requires(Permission.LEAD_GROUPS)
@require_POST
def group_teach(request: StaffRequest, pk: int) -> HttpResponse:
    """Tick an education item for everybody here, or take the room's tick back."""
    found, item = _group(request, pk), request.POST.get("item", "")
    act = actions.take_back_room if request.POST.get("back") == "yes" else actions.teach_room
    act(group=found, item=item, by=request.user, at=timezone.now())
    if not is_htmx(request):
        return redirect("scheduling:group", pk)
    open_key = request.POST.get("open", "")
    context = roster_context(request, found, key_in(open_key))
    return render(request, "scheduling/_group_news.html", context | {"oob": True, "taught": True})


@requires(Permission.LEAD_GROUPS)
@require_POST
def group_held(request: StaffRequest, pk: int) -> HttpResponse:
    actions.mark_group_held(group=_group(request, pk), by=request.user, at=timezone.now())
    say(request, "The group visit is closed.")
    return redirect("scheduling:groups")


def _group(request: StaffRequest, pk: int) -> GroupVisit:
    found = GroupVisit.objects.select_related("site", "physician", "psychologist")
    return get_object_or_404(found, site=request.clinic, pk=pk)
