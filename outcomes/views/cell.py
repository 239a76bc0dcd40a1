"""The patients behind one figure of the outcomes page."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.behind import behind
from outcomes.queries.dashboard import measure_named
from outcomes.queries.study import study
from outcomes.rules.windows import WINDOWS
from outcomes.views.selection import selected

ON_ONE_PAGE = 100


@requires(Permission.SEE_OUTCOMES)
@require_safe
@requires(Permission.SEE_SCORES)
def cell(request: StaffRequest, measure: str, window: str) -> HttpResponse:
    found = measure_named(measure)
    if found is None or window not in WINDOWS:
        raise Http404
    asked = selected(request, timezone.now())
    shown = behind(study(asked.asked), measure=found, window=window)
    groups = {"all": shown.paired, "improved": shown.improved, "out": shown.left_out}
    group = request.GET.get("who", "all")
    lines = Paginator(groups.get(group, shown.paired), ON_ONE_PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "asked": asked, "lines": lines, "group": group if group in groups else "all"}
    return page(request, "outcomes/cell.html", context)
