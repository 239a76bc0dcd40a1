"""Every setting of the clinic on one page, and changing one of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.actions import change_setting
from kitclinic.http import page, say
from kitclinic.roles import Permission
from kitclinic.site_settings import fixed_rules, lines_of, setting_named


@requires(Permission.RUN_CLINIC)
@require_safe
def site_settings(request: StaffRequest) -> HttpResponse:
    context = {"groups": lines_of(request.clinic), "fixed": fixed_rules()}
    return page(request, "kitclinic/site_settings.html", context)


@requires(Permission.RUN_CLINIC)
@require_POST
def setting_change(request: StaffRequest, name: str) -> HttpResponse:
    """Set one setting; "back" holds the value before, where that is asked for."""
    found, post = setting_named(name), request.POST
    if found is None:
        raise Http404
    typed, was, reason = post.get("back", post.get("typed", "")), post.get("was", ""), post.get("reason", "")
    word = change_setting(
        site=request.clinic,
        name=name,
        typed=typed,
        was=was.replace("\r\n", "\n"),
        reason=reason,
        by=request.user,
        at=timezone.now(),
    )
    say(request, f"{found[1].label}: {word}.")
    return redirect("site_settings")
