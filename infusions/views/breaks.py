"""A nurse's break: all of the nurse's patients handed over in one act, and given back afterwards."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions.actions import hand_over_for_break, take_back
from infusions.forms.breaks import BreakForm
from infusions.forms.chart import ActForm
from infusions.queries.nurses import covered_for, nurse_choices, patients_of
from infusions.views.acting import read
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.roles import Permission


@requires(Permission.CHART)
def nurse_break(request: StaffRequest) -> HttpResponse:
    """Who takes each of my patients; POST hands all of them over, or none."""
    at = timezone.now()
    mine = patients_of(request.user, at)
    asked: dict[str, Any] = {"patients": mine, "choices": nurse_choices(mine, site=request.clinic, at=at)}
    if request.method == "POST":
        form = BreakForm(request.POST, **asked)
        said = read(form)["note"]
        hand_over_for_break(nurse=request.user, to=form.to, note=said, by=request.user, at=at, **form.stamp)
        say(request, "Your patients are handed over. Take them back here when you return.")
        return redirect("infusions:nurse_break")
    form = BreakForm(initial={"key": uuid4()}, **asked)
    patients = [(infusion, form[f"nurse_{infusion.pk}"]) for infusion in mine]
    away = covered_for(request.user, at)
    return render(
        request, "infusions/nurse_break.html", {"form": form, "patients": patients, "away": away, "new_key": uuid4}
    )


@requires(Permission.CHART)
@require_POST
def nurse_back(request: StaffRequest) -> HttpResponse:
    """My patients are mine again."""
    data = read(ActForm(request.POST, site=request.clinic))
    rows = take_back(nurse=request.user, by=request.user, at=timezone.now(), **data)
    say(request, f"{len(rows)} patient{'' if len(rows) == 1 else 's'} taken back.")
    return redirect("infusions:board")
