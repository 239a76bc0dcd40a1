"""Two cohorts beside each other, each with its own part of the address: a.sex=female&b.sex=male."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from outcomes.queries.compare import Comparison, beside, comparison_rows, two_studies
from outcomes.queries.study import Cut, Study, cut
from outcomes.rules.definitions import SWITCHES
from outcomes.rules.differences import NEWCOMBE, SAME_PATIENTS, WELCH
from outcomes.rules.open_questions import NOT_ASSIGNED, TWO_COHORTS
from outcomes.rules.table_export import sheet
from outcomes.views.selection import Selection, selected
from outcomes.views.table_files import told_of

SIDES = ("a", "b")
SWITCH_NAMES = frozenset(switch.name for switch in SWITCHES)


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


def side_query(given: QueryDict, letter: str) -> dict[str, str]:
    """Return what an address asks of one side; the definitions are of both."""
    own = {key.removeprefix(f"{letter}."): value for key, value in given.items() if key.startswith(f"{letter}.")}
    return {name: str(value) for name, value in own.items() if value and name not in SWITCH_NAMES}


def asking(request: StaffRequest, query: dict[str, str], at: datetime) -> Selection:
    """Return the selection of a query as if it were the address."""
    as_if = copy(request)
    as_if.GET = QueryDict(urlencode(query))
    return selected(as_if, at)


@requires(Permission.SEE_OUTCOMES)
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
        "common": common,
        "swap": urlencode(common | swapped | {f"b.{key}": value for key, value in one.query.items()}),
        "copied": urlencode(common | left | {f"b.{key}": value for key, value in one.query.items()}),
        "file": urlencode(request.GET.dict()),
        "not_assigned": NOT_ASSIGNED,
        "rules": (TWO_COHORTS, NEWCOMBE, WELCH, SAME_PATIENTS),
    }
    return page(request, "outcomes/compare.html", context)


@requires(Permission.SEE_OUTCOMES)
def compare_file(request: StaffRequest) -> HttpResponse:
    one, other, shown = _both(request)
    told = {
        f"{side.name}: {name}": value
        for side in (one, other)
        for name, value in told_of("Two cohorts compared", side.asked, side.cut).lines.items()
    }
    named = f"comparison-{one.asked.source.slug}-{one.asked.as_of}.csv"
    return csv_download(named, sheet(told | {"in both": str(shown.in_both)}, comparison_rows(shown)))


def _both(request: StaffRequest) -> tuple[Side, Side, Comparison]:
    at = timezone.now()
    common = {name: value for name, value in request.GET.items() if name in SWITCH_NAMES}
    queries = {letter: side_query(request.GET, letter) for letter in SIDES}
    one, other = (asking(request, common | queries[letter], at) for letter in SIDES)
    shown = beside(*two_studies(one.asked, other.asked))
    first = Side("a", one, shown.one, cut(shown.one, one.site.local(at)), queries["a"])
    return first, Side("b", other, shown.other, cut(shown.other, other.site.local(at)), queries["b"]), shown
