"""The page an invitation's link opens: GET is an empty shell, the code arrives by POST, the password after it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from kitclinic.access import public
from kitclinic.actions import accept_invitation
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.people import invitation_by, problems_of
from kitclinic.people_forms import WelcomeForm
from kitclinic.problems import Refused


@public("an invited person has no password yet: the link's code lets them set one")
@sensitive_post_parameters()
def welcome(request: HttpRequest) -> HttpResponse:
    form = WelcomeForm(request.POST or None)
    if request.method != "POST":
        return page(request, "kitclinic/welcome.html", {"form": form})
    form.is_valid()
    token, at = form.cleaned_data.get("token", ""), timezone.now()
    found = invitation_by(token)
    problems = problems_of(found, at=at)
    if problems or found is None:
        return page(request, "kitclinic/welcome.html", {"form": form, "problems": problems}, status=422)
    context = {"form": form, "token": token, "invited": found.user, "clinic": found.site}
    if form.cleaned_data.get("step") != "password":
        return page(request, "kitclinic/welcome.html", context | {"form": WelcomeForm()})
    try:
        person = accept_invitation(
            token=token,
            password=form.cleaned_data.get("password", ""),
            again=form.cleaned_data.get("again", ""),
            at=at,
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, "kitclinic/welcome.html", context, status=422)
    say(request, f"Your password is set. Sign in as {person.username}.")
    return redirect("login")
