"""One event: what its chart tells, and the physician's review under a signature."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions import actions
from infusions.forms.events import ReviewForm
from infusions.models import Infusion
from infusions.queries.adverse_events import Happening, Reviewed, happening
from infusions.queries.event_story import event_story, identity_facts
from kitclinic import signing
from kitclinic.access import StaffRequest, requires, signed_in_at
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.pdf import render_pdf
from kitclinic.problems import Refused
from kitclinic.proving import prove_to_sign
from kitclinic.roles import Permission


def _infusion(request: StaffRequest, pk: int) -> Infusion:
    rows = Infusion.objects.select_related("site", "patient", "visit__sequence", "order__protocol", "nurse")
    return get_object_or_404(rows, site=request.clinic, pk=pk)


@requires(Permission.SEE_CHARTS, Permission.SEE_OUTCOMES)
def adverse_event(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The chart's facts in order of time, and what was judged; POST signs a review, by a physician."""
    infusion = _infusion(request, pk)
    if request.method == "POST":
        return adverse_event_review(request, infusion)
    return _page(request, infusion)


@requires(Permission.JUDGE_EVENTS)
def adverse_event_review(request: StaffRequest, infusion: Infusion) -> HttpResponse:
    form, at = ReviewForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, infusion, form, status=422)
    data = form.cleaned_data
    try:
        proof = prove_to_sign(request, data["password"], at=at)
        actions.review_event(
            infusion=infusion,
            said=form.judgement,
            proof=proof,
            by=request.user,
            at=at,
            key=data["key"],
            replaces=data["replaces"],
            shown_digest=data["shown_digest"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, infusion, form, status=422)
    say(request, "The review is signed.")
    return redirect("infusions:adverse_event", pk=infusion.pk)


def _page(
    request: StaffRequest, infusion: Infusion, form: ReviewForm | None = None, *, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    found = happening(infusion, at=at)
    story = event_story(found)
    may_judge = request.user.may(Permission.JUDGE_EVENTS) and found.to_judge
    newest = found.reviews[0].pk if found.reviews else None
    context = {
        "found": found,
        "story": story,
        "infusion": infusion,
        "facts": identity_facts(infusion, at=at),
        "older": [Reviewed(row) for row in found.reviews[1:]],
        "verified": signing.verify(found.reviews[0].signature) if found.reviews else False,
        "form": form or _fresh(found, newest, story.digest),
        "may_judge": may_judge,
        "is_open": form is not None or found.waits,
        "may_sign": request.user.may(Permission.SIGN_ORDERS),
        "may_chart": request.user.may(Permission.SEE_CHARTS),
        "too_old": signing.is_too_old(signed_in_at(request), at=at),
    }
    return page(request, "infusions/adverse_event.html", context, status=status)


def _fresh(found: Happening, newest: int | None, digest: str) -> ReviewForm:
    """An empty form; for a later review what was said before, so that only what changed is typed."""
    initial: dict[str, Any] = {"key": uuid4(), "replaces": newest, "shown_digest": digest}
    if found.reviews:
        row = found.reviews[0]
        initial |= {"category": row.category, "grade": row.grade, "relatedness": row.relatedness}
        initial |= {"recovery": row.recovery, "narrative": row.narrative}
        initial |= {"course_stopped": "yes" if row.course_stopped else "no"}
    return ReviewForm(initial=initial)


@requires(Permission.SEE_CHARTS, Permission.SEE_OUTCOMES)
@require_safe
def adverse_event_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The report of one event: the chart's facts, every review, who signed."""
    infusion, at = _infusion(request, pk), timezone.now()
    found = happening(infusion, at=at)
    context = {
        "site": request.clinic,
        "now": at,
        "found": found,
        "infusion": infusion,
        "story": event_story(found),
        "reviews": [(Reviewed(row), signing.verify(row.signature)) for row in found.reviews],
        "printed_by": request.user,
    }
    pdf = render_pdf("infusions/pdf/adverse_event.html", context)
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"adverse-event-{infusion.pk}-{infusion.date}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
