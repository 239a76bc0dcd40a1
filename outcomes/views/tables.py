"""Table 1, completion and safety as files, the cells of their pages."""

from collections.abc import Callable, Mapping

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from outcomes.queries.completed import completion_facts
from outcomes.queries.safety_figures import safety_figures
from outcomes.queries.safety_rows import safety_rows
from outcomes.queries.sample_rows import completion_rows, table_1_rows
from outcomes.queries.study import Study
from outcomes.queries.table_1 import table_one
from outcomes.queries.table_rows import Table
from outcomes.rules.safety_figures import read_period
from outcomes.views.studied import studied
from outcomes.views.table_files import table_file


def _safety(request: StaffRequest, found: Study) -> Table:
    period = read_period(request.GET.get("from", ""), request.GET.get("to", ""))
    return safety_rows(safety_figures(found, period))


TABLES: Mapping[str, Callable[[StaffRequest, Study], Table]] = {
    "table-1": lambda _, found: table_1_rows(table_one(found)),
    "completion": lambda _, found: completion_rows(completion_facts(found)),
    "safety-figures": _safety,
}


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def table_of(request: StaffRequest, name: str, kind: str) -> HttpResponse:
    if name not in TABLES:
        raise Http404
    asked = studied(request, name)
    table = TABLES[name](request, asked.found)
    return table_file(request, name, asked.asked, table, kind, cut=asked.context["cut"])
