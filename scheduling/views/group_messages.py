"""Who has been told of a group visit, and how; the letters to print."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.models import GroupVisit
from scheduling.queries.letters import told_of


@requires(Permission.BOOK)
@require_safe
def group_messages(request: StaffRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(GroupVisit.objects.select_related("site"), site=request.clinic, pk=pk)
    return page(request, "scheduling/group_messages.html", {"group": group, "told": told_of(group)})
