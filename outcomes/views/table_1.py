"""Table 1: who the patients are, beside the published column; each count opens its patients."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.people_list import PeopleLines
from outcomes.queries.table_1 import table_one
from outcomes.rules.table_1 import BEGUN_RULE, QUARTILE_RULE, SMALL_RULE, TABLE_1_RULE
from outcomes.views.studied import page_of, studied

FILE = ["table-1", "csv"]
RULES = (TABLE_1_RULE, BEGUN_RULE, SMALL_RULE, QUARTILE_RULE)


@requires(Permission.SEE_OUTCOMES)
@require_safe
def table_1(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Table 1: who the patients are")
    context = asked.context | {
        "shown": table_one(asked.found),
        "rules": RULES,
        "export": reverse("outcomes:table_of", args=["table-1", "csv"]),
    }
    return page(request, "outcomes/table_1.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@requires(Permission.SEE_SCORES)
def table_1_patients(request: StaffRequest, line: str) -> HttpResponse:
    asked = studied(request, "Table 1")
    chosen = table_one(asked.found).line(line)
    if chosen is None:
        raise Http404
    lines = page_of(request, PeopleLines(asked.found, chosen.who))
    return page(request, "outcomes/table_1_patients.html", asked.context | {"line": chosen, "lines": lines})
