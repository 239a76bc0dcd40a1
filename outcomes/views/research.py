"""De-identified research exports: what one would hold, making it, and those that were made."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page
from kitclinic.pace import Pace, paced
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import Grounds, make_research_export
from outcomes.models import ResearchExport
from outcomes.queries.research import leaving
from outcomes.research_forms import ResearchForm
from outcomes.rules.identifiers import NOBODY_NAMED, NOTHING_TO_FIND, ONLY_ITS_CELLS, REFUSED_AND_LOGGED
from outcomes.rules.research import (
    APPROVED,
    BEFORE_START,
    DAY_OFFSETS,
    IN_A_PAGE,
    MOST_ROWS_IN_A_PAGE,
    NO_FREE_TEXT,
    OLDEST,
    RANDOM_IDS,
    SAME_TABLES,
    WHO_LEAVES,
)
from outcomes.rules.small_groups import SMALL_GROUPS
from outcomes.views.studied import studied

ON_ONE_PAGE = 25
RULES = (
    RANDOM_IDS,
    DAY_OFFSETS,
    OLDEST,
    NO_FREE_TEXT,
    BEFORE_START,
    WHO_LEAVES,
    SAME_TABLES,
    ONLY_ITS_CELLS,
    NOBODY_NAMED,
    NOTHING_TO_FIND,
    REFUSED_AND_LOGGED,
    APPROVED,
    SMALL_GROUPS,
    IN_A_PAGE,
)


@requires(Permission.EXPORT_RESEARCH)
@paced(Pace.EXPORT, "POST")
def research(request: StaffRequest) -> HttpResponse:
    """The page; posted to, the file itself, or why there is none."""
    asked = studied(request, "Research export")
    form = ResearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        grounds = Grounds(data["reason"], data["approval"], data["confirmed"])
        try:
            made = make_research_export(
                asked=asked.asked.asked,
                grounds=grounds,
                narrowed_to=asked.asked.words,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            return _download(made.record, made.data)
    exports = ResearchExport.objects.filter(site=request.clinic).select_related("by").order_by("-at", "-pk")
    context = asked.context | {
        "form": form,
        "leaving": leaving(asked.found),
        "exports": Paginator(exports, ON_ONE_PAGE).get_page(request.GET.get("page")),
        "most_rows": MOST_ROWS_IN_A_PAGE,
        "rules": RULES,
    }
    return page(request, "outcomes/research.html", context, status=422 if form.errors else 200)


def _download(record: ResearchExport, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="research-{record.pk}-{record.as_of}.zip"'
    return response
