"""Plans that the product worked out: a person looks at the difference, and accepts it or not."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.roles import Permission
from scheduling.actions import accept_proposal, dismiss_proposal, propose_retiming
from scheduling.models import Proposal
from scheduling.queries.proposals import plan_page, waiting_plans, words_of
from scheduling.states import ProposalState
from scheduling.views.week import day_of


@requires(Permission.BOOK)
@require_safe
def proposals(request: StaffRequest) -> HttpResponse:
    plans = [(plan, words_of(plan)) for plan in waiting_plans(request.user.site)]
    return page(request, "scheduling/proposals.html", {"plans": plans})


@requires(Permission.BOOK)
@require_safe
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    context = {"page": plan_page(_plan(request, pk))}
    return page(request, "scheduling/proposal.html", context, partial="scheduling/_proposal.html")


@requires(Permission.BOOK)
@require_POST
def proposals_ask(request: StaffRequest, day: str) -> HttpResponse:
    plan = propose_retiming(site=request.user.site, first_day=day_of(day), by=request.user, at=timezone.now())
    if plan:
        return redirect("scheduling:proposal", plan.pk)
    say(request, "No better times were found at once. If the solver finds some, a plan appears on this week.")
    return redirect(f"{reverse('scheduling:week')}?day={day}")


@requires(Permission.BOOK)
@require_POST
def proposal_accept(request: StaffRequest, pk: int) -> HttpResponse:
    plan = accept_proposal(proposal=_plan(request, pk), by=request.user, at=timezone.now())
    if plan.state == ProposalState.OVERTAKEN:
        say(request, f"Nothing was changed. {plan.figures['because']}")
    else:
        done = words_of(plan).replace("could move", "moved").replace("could be ", "")
        say(request, f"The plan is carried out: {done}")
    if plan.call_out_id:
        return redirect("scheduling:callout", plan.call_out_id)
    return redirect(f"{reverse('scheduling:week')}?day={plan.first_day}")


@requires(Permission.BOOK)
@require_POST
def proposal_dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    plan = dismiss_proposal(proposal=_plan(request, pk), by=request.user, at=timezone.now())
    say(request, "The plan is dismissed; nothing was moved.")
    return redirect(f"{reverse('scheduling:week')}?day={plan.first_day}")


def _plan(request: StaffRequest, pk: int) -> Proposal:
    return get_object_or_404(Proposal.objects.select_related("site", "decided_by"), site=request.user.site, pk=pk)
