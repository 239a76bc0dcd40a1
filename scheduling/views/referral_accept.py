"""Accepting a referral as a new patient: the registration form, filled from the letter."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from scheduling.actions import accept_referral
from scheduling.forms.patients import LANGUAGES, PatientForm, confirmations
from scheduling.models import Referral
from scheduling.queries.patients import people_like
from scheduling.queries.referrals import patients_like
from scheduling.rules.referral_match import OPEN

GIVEN = ("record_number", "family_name", "given_name", "birth_date", "sex", "phone", "email", "language")


@requires(Permission.REGISTER_PATIENTS)
def referral_accept(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Referral.objects.select_related("site"), site=request.clinic, pk=pk)
    if found.state not in OPEN:
        return redirect("scheduling:referral", pk)
    form = PatientForm(request.POST or None, initial=_initial(found))
    context: dict[str, Any] = {"form": form, "languages": LANGUAGES, "referral": found}
    if request.method != "POST" or not form.is_valid():
        context["known"] = patients_like(found)
        return page(request, "scheduling/referral_accept.html", context, status=422 if form.errors else 200)
    new = form.new_patient()
    confirmed = {rule: request.POST.get(f"reason_{rule}", "") for rule in request.POST.getlist("confirmed")}
    try:
        patient = accept_referral(referral=found, new=new, by=request.user, at=timezone.now(), confirmed=confirmed)
    except Refused as refused:
        add_problems_to_form(form, tuple(one for one in refused.problems if isinstance(one, Blocker)))
        matches = people_like(site=found.site, person=new.person)
        alike = {rule for match in matches for rule in match.rules}
        questions = confirmations(refused.problems, request.POST, alike=alike)
        context |= {"matches": matches, "questions": questions}
        context["half_answered"] = any(one.lacks for one in questions)
        return page(request, "scheduling/referral_accept.html", context, status=422)
    say(request, f"The referral is accepted; {patient.name} is registered. Next: eligibility.")
    return redirect("scheduling:patient", patient.pk)


def _initial(referral: Referral) -> dict[str, Any]:
    """What the letter says; an empty answer leaves the form's own beginning."""
    said = {name: getattr(referral, name) for name in GIVEN if getattr(referral, name)}
    return said | {"diagnosis": referral.reason[:80]}
