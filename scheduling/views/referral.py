"""One referral: what the letter says, who it may be, what was done, what can be done."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires, sees_clinical
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import (
    accept_referral,
    ask_for_information,
    decline_referral,
    information_arrived,
    reopen_referral,
    withdraw_referral,
)
from scheduling.forms.referrals import AskForm, LinkForm, NoteForm, ReasonForm
from scheduling.models import Patient, Referral
from scheduling.queries.referrals import history, inbox_row, other_referrals, patients_like
from scheduling.rules.referral_match import OPEN
from scheduling.states import ReferralState

OFFERED = {
    ReferralState.RECEIVED: ("ask", "decline", "withdraw"),
    ReferralState.NEEDS_INFORMATION: ("answered", "decline", "withdraw"),
    ReferralState.DECLINED: ("reopen",),
    ReferralState.WITHDRAWN: ("reopen",),
}  # which forms stand on the page


@requires(Permission.FIND_PATIENTS)
@require_safe
def referral(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_ask(request: StaffRequest, pk: int) -> HttpResponse:
    told = "The referral now waits for information."
    return _act(request, pk, "ask", AskForm(request.POST), ask_for_information, told)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_answered(request: StaffRequest, pk: int) -> HttpResponse:
    told = "The information is here. The referral is to be decided again."
    return _act(request, pk, "answered", NoteForm(request.POST), information_arrived, told)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_decline(request: StaffRequest, pk: int) -> HttpResponse:
    told = "The referral is declined. It can be taken up again."
    return _act(request, pk, "decline", ReasonForm(request.POST), decline_referral, told)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    told = "The referral is withdrawn. It can be taken up again."
    return _act(request, pk, "withdraw", ReasonForm(request.POST), withdraw_referral, told)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    told = "The referral is back in the inbox, to be decided."
    return _act(request, pk, "reopen", ReasonForm(request.POST), reopen_referral, told)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def referral_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Accept the referral of somebody who is a patient here already."""
    found, form = _found(request, pk), LinkForm(request.POST)
    key = form.cleaned_data["patient"] if form.is_valid() else 0
    patient = get_object_or_404(Patient, site=request.clinic, pk=key)
    confirmed = {rule: request.POST.get(f"reason_{rule}", "") for rule in request.POST.getlist("confirmed")}
    try:
        accept_referral(referral=found, patient=patient, by=request.user, at=timezone.now(), confirmed=confirmed)
    except Refused as refused:
        context = {"link_to": patient.pk, "link_problems": refused.problems}
        return _show(request, found, context, status=422)
    say(request, f"The referral is accepted for {patient.name}, who is known here.")
    return redirect("scheduling:patient", patient.pk)


def _act(
    request: StaffRequest, pk: int, name: str, form: forms.Form, act: Callable[..., Referral], told: str
) -> HttpResponse:
    """One step of the triage: done and told, or the page again with what is wrong at its form."""
    found = _found(request, pk)
    if form.is_valid():
        try:
            act(referral=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, told)
            return redirect("scheduling:referral", pk)
    now = _found(request, pk)
    # Somebody else may have been faster: then what was typed stands above what can be done now.
    offered = OFFERED.get(ReferralState(now.state), ())
    slot = f"{name}_form" if name in offered else "overtaken_form"
    return _show(request, now, {slot: form}, status=422)


def _found(request: StaffRequest, pk: int) -> Referral:
    found = Referral.objects.select_related("site", "patient", "decided_by", "created_by")
    return get_object_or_404(found, site=request.clinic, pk=pk)


def _show(
    request: StaffRequest, found: Referral, more: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    is_open = found.state in OPEN
    context = {
        "referral": found,
        "row": inbox_row(found, site=request.clinic, at=timezone.now()),
        "steps": history(found),
        "matches": patients_like(found) if is_open else [],
        "others": other_referrals(found),
        "is_open": is_open,
        "is_waiting": found.state == ReferralState.NEEDS_INFORMATION,
        "may_decide": request.user.may(Permission.REGISTER_PATIENTS),
        "clinical": sees_clinical(request.user),
    }
    return page(request, "scheduling/referral.html", context | (more or {}), status=status)
