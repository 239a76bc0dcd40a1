"""Two cohorts beside each other, each with its own part of the address: a.sex=female&b.sex=male."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from outcomes.charts.drawing import Drawing
from outcomes.charts.groups import share_differences
from outcomes.queries.compare import Comparison, WindowRows, beside, comparison_rows, two_studies
from outcomes.queries.study import Cut, Study, cut
from outcomes.rules.differences import NEWCOMBE, SAME_PATIENTS, WELCH
from outcomes.rules.open_questions import NOT_ASSIGNED, TWO_COHORTS
from outcomes.rules.table_export import sheet
from outcomes.views.queried import SIDES, asking, common_query, side_query
from outcomes.views.selection import Selection
from outcomes.views.table_files import told_of


@dataclass(frozen=True, slots=True)
class Side:
    """One cohort. letter: its part of the address; query: what of the address is its own, without the letter."""

    letter: str
    asked: Selection
    found: Study
    cut: Cut
    query: dict[str, str]

    @property
    def name(self) -> str:
        return self.letter.upper()

    @property
    def patients(self) -> int:
        return int(np.count_nonzero(self.found.members))


@requires(Permission.SEE_OUTCOMES)
@require_safe
def compare(request: StaffRequest) -> HttpResponse:
    one, other, shown = _both(request)
    left = {f"a.{key}": value for key, value in one.query.items()}
    common = one.asked.definitions.as_query()
    swapped = {f"a.{key}": value for key, value in other.query.items()}
    context: dict[str, Any] = {
        "title": "Two cohorts compared",
        "asked": one.asked,
        "sides": (one, other),
        "one": one,
        "other": other,
        "shown": shown,
        "windows": [(window, _drawing(window)) for window in shown.windows],
        "common": common,
        "swap": urlencode(common | swapped | {f"b.{key}": value for key, value in one.query.items()}),
        "copied": urlencode(common | left | {f"b.{key}": value for key, value in one.query.items()}),
        "file": urlencode(request.GET.dict()),
        "not_assigned": NOT_ASSIGNED,
        "rules": (TWO_COHORTS, NEWCOMBE, WELCH, SAME_PATIENTS),
    }
    return page(request, "outcomes/compare.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def compare_file(request: StaffRequest) -> HttpResponse:
    one, other, shown = _both(request)
    told = {
        f"{side.name}: {name}": value
        for side in (one, other)
        for name, value in told_of("Two cohorts compared", side.asked, side.cut).lines.items()
    }
    named = f"comparison-{one.asked.source.slug}-{one.asked.as_of}.csv"
    return csv_download(named, sheet(told | {"in both": str(shown.in_both)}, comparison_rows(shown)))


def _drawing(window: WindowRows) -> Drawing | None:
    title = f"{window.name.capitalize()}: A less B"
    return share_differences(f"compare-{window.window}", title, window.rows, "in A", "in B")


def _both(request: StaffRequest) -> tuple[Side, Side, Comparison]:
    at = timezone.now()
    common = common_query(request.GET.dict())
    queries = {letter: side_query(request.GET.dict(), letter) for letter in SIDES}
    one, other = (asking(request, common | queries[letter], at) for letter in SIDES)
    shown = beside(*two_studies(one.asked, other.asked))
    first = Side("a", one, shown.one, cut(shown.one, one.site.local(at)), queries["a"])
    return first, Side("b", other, shown.other, cut(shown.other, other.site.local(at)), queries["b"]), shown
