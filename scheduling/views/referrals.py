"""The referral inbox: who waits for a decision, oldest first."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone

from kitclinic import looks
from kitclinic.access import StaffRequest, requires, sees_clinical
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.searching import SEALED, Searched
from scheduling.queries.referrals import find_referrals, in_state, inbox_rows, state_counts
from scheduling.rules.referral_match import OPEN
from scheduling.states import ReferralState

A_PAGE = 50
TABS = {
    ReferralState.RECEIVED: "To decide",
    ReferralState.NEEDS_INFORMATION: "Waiting for information",
    ReferralState.ACCEPTED: "Accepted",
    ReferralState.DECLINED: "Declined",
    ReferralState.WITHDRAWN: "Withdrawn",
}


@requires(Permission.FIND_PATIENTS, Permission.REGISTER_PATIENTS)
@paced(Pace.SEARCH)
def referrals(request: StaffRequest) -> HttpResponse:
    """One state of the inbox (?state=), or of who matches what was typed; the tabs count what matches."""
    site, asked = request.clinic, Searched.of(request)
    if asked.is_new:
        return asked.page(request)
    query = asked.text
    found = find_referrals(site=site, query=query)
    counts = state_counts(found)
    looks.found(request, sum(counts.values()))
    state = _state(request.GET.get("state", ""), counts if query else {})
    shown = Paginator(in_state(found, state), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "state": state,
        "is_open": state in OPEN,
        "tabs": [
            {"url": f"?{urlencode({'state': one, SEALED: asked.sealed})}", "label": label, "current": one == state}
            | {"count": counts.get(one, 0)}
            for one, label in TABS.items()
        ],
        "rows": inbox_rows(shown.object_list, site=site, at=timezone.now()),
        "shown": shown,
        "may_decide": request.user.may(Permission.REGISTER_PATIENTS),
        "clinical": sees_clinical(request.user),
    }
    return page(request, "scheduling/referrals.html", context, partial="scheduling/_referrals.html")


def _state(asked: str, counts: dict[str, int]) -> ReferralState:
    """The state that was asked for; otherwise the first one where somebody matches the search."""
    if asked in TABS:
        return ReferralState(asked)
    return next((one for one in TABS if counts.get(one)), ReferralState.RECEIVED)
