"""A new clinic in three steps, each kept as it is sent, and the page that says what is still missing."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.actions import invite_person, new_invitation_token, note_change_of_place, open_another_clinic
from kitclinic.clinic_needs import is_ready, needs_of
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.place_rules import ACC_34
from kitclinic.places import stand_in_session, standing
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission, Role
from kitclinic.tablets import tablet_of
from scheduling.actions import ClinicBasics, change_clinic_basics
from scheduling.forms.new_clinic import ROLES, ClinicForm, FirstPersonForm, HoursForm


@requires(Permission.RUN_CLINIC)
def clinic_new(request: StaffRequest) -> HttpResponse:
    """Step 1. The clinic is there from here on; whoever leaves goes on from its list of what is missing."""
    if request.user.role != Role.ADMINISTRATOR:
        raise PermissionDenied("Only an administrator opens a clinic.")
    if tablet := tablet_of(request):
        raise Refused(
            [Blocker(ACC_34.id, f"{tablet.name} is of one clinic. Open another on a device of your own.")]
        )
    form = ClinicForm(request.POST or None, zone=request.clinic.time_zone)
    if request.method == "POST" and form.is_valid():
        at, left = timezone.now(), request.clinic
        try:
            made = open_another_clinic(by=request.user, at=at, **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            there = standing(request.user, made)
            stand_in_session(request, there, made)
            note_change_of_place(by=there, left=left, at=at)
            say(request, f"{made.name} is made, and you are at it now, as its administrator.")
            return redirect("scheduling:clinic_new_hours")
    return _step(request, "scheduling/clinic_new.html", form, 1)


@requires(Permission.RUN_CLINIC)
def clinic_new_hours(request: StaffRequest) -> HttpResponse:
    """Step 2."""
    site = request.clinic
    form = HoursForm(request.POST or None, initial=HoursForm.initial_of(site))
    if request.method == "POST" and form.is_valid():
        new = ClinicBasics(name=site.name, **form.facts())
        try:
            change_clinic_basics(site=site, new=new, reason="set up", by=request.user, at=timezone.now())
        except Refused as refused:
            names = {"opens_minute": "opens", "closes_minute": "closes"}
            again = [Blocker(one.rule, one.sentence, names.get(one.field, one.field)) for one in refused.problems]
            add_problems_to_form(form, tuple(again))
        else:
            return redirect("scheduling:clinic_new_people")
    return _step(request, "scheduling/clinic_new.html", form, 2)


@requires(Permission.RUN_CLINIC)
def clinic_new_people(request: StaffRequest) -> HttpResponse:
    """Step 3: the first people, all lines or none."""
    forms = [FirstPersonForm(request.POST if request.method == "POST" else None, role=role) for role in ROLES]
    valid = [form.is_valid() for form in forms]  # every line says what it lacks
    if request.method == "POST" and all(valid):
        asked = [form for form in forms if form.has_changed()]
        if _all_invited(request, asked):
            if asked:
                say(request, f"Invited: {', '.join(form.cleaned_data['name'] for form in asked)}.")
            return redirect("scheduling:clinic_ready")
    failed = any(form.errors for form in forms)
    context = {"forms": forms, "step": 3}
    return page(request, "scheduling/clinic_new_people.html", context, status=422 if failed else 200)


@requires(Permission.RUN_CLINIC)
@require_safe
def clinic_ready(request: StaffRequest) -> HttpResponse:
    """What this clinic still needs, with the way to it."""
    needs = needs_of(request.clinic, timezone.now())
    parts = [
        ("For the first referral", [need for need in needs if need.for_referral]),
        ("For the first group visit and infusion", [need for need in needs if not need.for_referral]),
    ]
    return page(request, "scheduling/clinic_ready.html", {"parts": parts, "ready": is_ready(needs)})


def _all_invited(request: StaffRequest, asked: list[FirstPersonForm]) -> bool:
    """Invite all of them or nobody; a refusal stands at the line that it is about."""
    for_now = asked[0] if asked else None
    try:
        with transaction.atomic():
            for for_now in asked:
                _invite(request, for_now)
    except Refused as refused:
        assert for_now is not None
        add_problems_to_form(for_now, refused.problems)
        return False
    return True


def _invite(request: StaffRequest, form: FirstPersonForm) -> None:
    found = form.cleaned_data
    try:
        invite_person(
            site=request.clinic,
            username=found["username"],
            account=form.account(),
            to=found["to"],
            token=new_invitation_token(),
            by=request.user,
            at=timezone.now(),
        )
    except ValidationError as error:
        raise Refused([Blocker("", " ".join(error.messages))]) from None


def _step(request: StaffRequest, template: str, form: ClinicForm | HoursForm, step: int) -> HttpResponse:
    return page(request, template, {"form": form, "step": step}, status=422 if form.errors else 200)
