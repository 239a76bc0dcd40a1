"""The clinic's consent text: the versions, a preview, the next one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.roster import ConsentTextForm
from scheduling.queries.records import consent_texts
from scheduling.rules.appointment import text_parts

TEMPLATE = "scheduling/consent_text.html"


@requires(Permission.RUN_CLINIC)
def consent_text(request: StaffRequest) -> HttpResponse:
    """Read every version; write, preview and publish the next one."""
    texts = consent_texts(site_id=request.clinic.pk)
    chosen = next((text for text in texts if str(text.pk) == request.GET.get("text")), texts[0] if texts else None)
    if request.method == "POST":
        return _publish(request, {"texts": texts, "chosen": chosen})
    start = {"language": chosen.language, "title": chosen.title, "body": chosen.body} if chosen else {}
    newest = max((text.version for text in texts if chosen and text.language == chosen.language), default=0)
    form = ConsentTextForm(initial=start | {"replaces": newest})
    return page(request, TEMPLATE, {"texts": texts, "chosen": chosen, "form": form})


def _preview(form: ConsentTextForm) -> dict[str, object]:
    return {"preview": form.cleaned_data, "preview_parts": text_parts(form.cleaned_data["body"])}


def _publish(request: StaffRequest, context: dict[str, object]) -> HttpResponse:
    form = ConsentTextForm(request.POST)
    if not form.is_valid():
        return page(request, TEMPLATE, context | {"form": form}, status=422)
    if request.POST.get("act") == "preview":
        return page(request, TEMPLATE, context | {"form": form} | _preview(form))
    try:
        row = actions.publish_consent_text(
            site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, TEMPLATE, context | {"form": form}, status=422)
    say(request, f"Version {row.version} is published. Patients sign it from now on; earlier signatures stay.")
    return redirect("scheduling:consent_text")
