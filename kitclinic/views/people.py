"""The clinic's people: the list, inviting somebody, one account and what is done to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.actions import (
    change_person,
    disable_person,
    enable_person,
    end_lost_steps,
    invite_person,
    new_invitation_token,
    resend_invitation,
    withdraw_invitation,
)
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.models import StaffUser
from kitclinic.people import address_of, changes_of, left_open, line_of, people_of, second_steps
from kitclinic.people_forms import AddressForm, ChangeForm, EnableForm, InviteForm, ReasonForm
from kitclinic.places import places_of
from kitclinic.problems import Refused
from kitclinic.roles import Permission


@requires(Permission.RUN_CLINIC)
@require_safe
def people(request: StaffRequest) -> HttpResponse:
    lines = people_of(request.clinic, at=timezone.now())
    closed = sum(not line.person.is_active for line in lines)
    return page(request, "kitclinic/people.html", {"lines": lines, "closed": closed})


@requires(Permission.RUN_CLINIC)
def people_invite(request: StaffRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            person = invite_person(
                site=request.clinic,
                username=found["username"],
                account=form.account(),
                to=found["to"],
                token=new_invitation_token(),
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{person.name} is invited. The link goes to {found['to']} and works for 7 days.")
            return redirect("person", person.pk)
    return page(request, "kitclinic/people_invite.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.RUN_CLINIC)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """One account; POST changes name, credentials, role or training."""
    found = _person(request, pk)
    if request.method != "POST":
        return _page(request, found)
    form = ChangeForm(request.POST)
    return _act(
        request,
        found,
        form,
        "change",
        lambda: change_person(
            person=found,
            account=form.account(),
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        ),
        "{name}: changed. It counts from the next page that {name} opens.",
    )


@requires(Permission.RUN_CLINIC)
@require_POST
def person_disable(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = _person(request, pk), ReasonForm(request.POST)
    return _act(
        request,
        found,
        form,
        "close",
        lambda: disable_person(
            person=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
        "The account of {name} is closed: signed out everywhere, password, PIN and links ended.",
    )


@requires(Permission.RUN_CLINIC)
@require_POST
def person_enable(request: StaffRequest, pk: int) -> HttpResponse:
    found, form = _person(request, pk), EnableForm(request.POST)
    return _act(
        request,
        found,
        form,
        "enable",
        lambda: enable_person(
            person=found, token=new_invitation_token(), by=request.user, at=timezone.now(), **form.cleaned_data
        ),
        "The account of {name} is open again. A link to set a new password is on its way.",
    )


@requires(Permission.RUN_CLINIC)
@require_POST
def person_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a new link."""
    found, form = _person(request, pk), AddressForm(request.POST)
    return _act(
        request,
        found,
        form,
        "link",
        lambda: resend_invitation(
            person=found,
            to=form.cleaned_data["to"],
            token=new_invitation_token(),
            by=request.user,
            at=timezone.now(),
        ),
        "A new link for {name} is on its way; earlier ones do not open any more.",
    )


@requires(Permission.RUN_CLINIC)
@require_POST
def person_steps(request: StaffRequest, pk: int) -> HttpResponse:
    """Take away the second step that somebody lost."""
    found, form = _person(request, pk), ReasonForm(request.POST)
    return _act(
        request,
        found,
        form,
        "steps",
        lambda: end_lost_steps(
            person=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
        "The second step of {name} is taken away, and {name} is signed out everywhere. The next sign-in asks for "
        "a new one where the role needs it.",
    )


@requires(Permission.RUN_CLINIC)
@require_POST
def person_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    found = withdraw_invitation(person=_person(request, pk), by=request.user, at=timezone.now())
    say(request, f"The link of {found.name} does not open any more.")
    return redirect("person", pk)


def _person(request: StaffRequest, pk: int) -> StaffUser:
    return get_object_or_404(StaffUser.objects.select_related("site"), site=request.clinic, pk=pk)


def _act(
    request: StaffRequest, found: StaffUser, form: forms.Form, which: str, act: Callable[[], object], done: str
) -> HttpResponse:
    """Do it and say so, or show this form again with what stands against it. done: with {name} in it."""
    if form.is_valid():
        try:
            act()
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, done.replace("{name}", found.name))
            return redirect("person", found.pk)
    return _page(request, found, {which: form}, status=422)


def _page(
    request: StaffRequest, found: StaffUser, bound: dict[str, forms.Form] | None = None, *, status: int = 200
) -> HttpResponse:
    at, known = timezone.now(), {"to": address_of(found)}
    every: dict[str, Any] = {
        "change": ChangeForm.of(found),
        "close": ReasonForm(prefix=None, auto_id="close-%s"),
        "enable": EnableForm(initial=known, auto_id="enable-%s"),
        "steps": ReasonForm(auto_id="steps-%s"),
        "link": AddressForm(initial=known, auto_id="link-%s"),
    }
    context = {
        "line": line_of(found, at=at),
        "steps": second_steps(found),
        "person": found,
        "is_self": found.pk == request.user.pk,
        "changes": changes_of(found),
        "places": places_of(found),
        "open": left_open(found, at=at),
        "forms": every | (bound or {}),
    }
    return page(request, "kitclinic/person.html", context, status=status)
