"""Settings: answers, besides PHQ-9 question 9, that this clinic wants to be told of at once."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, key_in, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import end_red_flag, set_red_flag
from outcomes.forms import RedFlagForm
from outcomes.models import RedFlag
from outcomes.queries.safety_settings import flag_page, instruments_here, item_of
from outcomes.rules.safety import Flag
from outcomes.rules.structure import Instrument
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
def red_flags(request: StaffRequest) -> HttpResponse:
    """The list; a question is chosen first (``?question=PHQ-9:3``), then the answers in its own words."""
    site, at = request.clinic, timezone.now()
    here = instruments_here(site, today=site.today(at))
    asked = request.POST.get("question") or request.GET.get("question", "")
    name, _, number = asked.rpartition(":")
    item = item_of(here.get(name), key_in(number))
    form = None
    if item is not None:
        answers = [(option.value, option.text) for option in item.options]
        form = RedFlagForm(request.POST or None, answers=answers, initial={"question": asked})
        if form.is_valid():
            data = form.cleaned_data
            flag = Flag(name, item.number, data["from_value"], data["high_from"], data["because"])
            try:
                set_red_flag(site=site, flag=flag, by=request.user, at=at)
            except Refused as refused:
                add_problems_to_form(form, refused.problems)
            else:
                say(request, "The red flag holds for answers given from now on.")
                return redirect("outcomes:red_flags")
    facts = {
        "flags": flag_page(site, today=site.today(at)),
        "form": form,
        "item": item,
        "asked": asked,
        "name": name,
        "questions": questions(here),
    }
    return settings_page(
        request, "outcomes/red_flags.html", facts, status=422 if form is not None and form.errors else 200
    )


def questions(here: dict[str, Instrument]) -> list[dict[str, Any]]:
    """Return every question that may carry a red flag, by instrument."""
    return [
        {
            "name": name,
            "asked": [
                (f"{name}:{item.number}", item.text)
                for item in instrument.items
                if item.number != instrument.safety_item
            ],
        }
        for name, instrument in here.items()
    ]


@requires(Permission.RUN_CLINIC)
@require_POST
def red_flag_end(request: StaffRequest, pk: int) -> HttpResponse:
    """End one; the tasks it raised stay."""
    flag = get_object_or_404(RedFlag, site=request.clinic, pk=pk)
    end_red_flag(flag=flag, by=request.user, at=timezone.now())
    say(request, "The red flag has ended. The tasks it raised stay.")
    return redirect("outcomes:red_flags")
