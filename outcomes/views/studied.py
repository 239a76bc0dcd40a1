"""What the pages of outcomes begin with: the address read, the study made, the head of the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.utils import timezone

from kitclinic.access import StaffRequest
from kitclinic.roles import Permission
from outcomes.queries.people_list import PeopleLines
from outcomes.queries.study import Study, cut, study
from outcomes.views.selection import Selection, selected

ON_ONE_PAGE = 100


@dataclass(frozen=True)
class Studied:
    """One address. context: what ``_study_head.html`` and ``_study_meta.html`` need."""

    at: datetime
    asked: Selection
    found: Study
    context: dict[str, Any]


def studied(request: StaffRequest, title: str) -> Studied:
    """Read the address and count; 404 for a source that is not this clinic's."""
    at = timezone.now()
    asked = selected(request, at)
    found = study(asked.asked)
    context = {
        "title": title,
        "asked": asked,
        "found": found,
        "cut": cut(found, at),
        "patients": int(np.count_nonzero(found.members)),
        "everybody": found.all_members,
        "may_open": request.user.may(Permission.SEE_SCORES),
    }
    return Studied(at, asked, found, context)


def page_of(request: StaffRequest, lines: PeopleLines) -> Any:
    """Return the page of a list of patients that the address asks for."""
    return Paginator(lines, ON_ONE_PAGE).get_page(request.GET.get("page"))
