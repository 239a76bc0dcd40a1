"""Entering a referral by hand."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from scheduling.actions import receive_referral
from scheduling.forms.patients import LANGUAGES, confirmations
from scheduling.forms.referrals import ReferralForm


@requires(Permission.REGISTER_PATIENTS)
def referral_new(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    form = ReferralForm(request.POST or None, initial={"received_on": site.today(at)})
    context = {"form": form, "languages": LANGUAGES}
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/referral_new.html", context, status=422 if form.errors else 200)
    confirmed = {rule: request.POST.get(f"reason_{rule}", "") for rule in request.POST.getlist("confirmed")}
    try:
        referral = receive_referral(
            site=site, new=form.new_referral(), by=request.user, at=at, confirmed=confirmed
        )
    except Refused as refused:
        add_problems_to_form(form, tuple(one for one in refused.problems if isinstance(one, Blocker)))
        questions = confirmations(refused.problems, request.POST, alike=set())
        context |= {"questions": questions, "half_answered": any(one.lacks for one in questions)}
        return page(request, "scheduling/referral_new.html", context, status=422)
    say(request, f"The referral of {referral.name} is in the inbox.")
    return redirect("scheduling:referral", referral.pk)
