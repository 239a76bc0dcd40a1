"""The charts of the outcomes page as files, under the same choice as the page."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from outcomes.charts.drawing import Drawing
from outcomes.charts.page import CHARTS
from outcomes.charts.rendering import png, rendered
from outcomes.queries.dashboard import dashboard
from outcomes.queries.study import study
from outcomes.views.selection import selected


@requires(Permission.SEE_OUTCOMES)
@require_safe
def chart_svg(request: StaffRequest, name: str) -> HttpResponse:
    drawing, stem = _asked(request, name)
    return _file(rendered(drawing).encode(), f"{stem}.svg", "image/svg+xml")


@requires(Permission.SEE_OUTCOMES)
@require_safe
def chart_png(request: StaffRequest, name: str) -> HttpResponse:
    drawing, stem = _asked(request, name)
    return _file(png(drawing), f"{stem}.png", "image/png")


def _asked(request: StaffRequest, name: str) -> tuple[Drawing, str]:
    """The chart, noting what it was made from, and the name of its file without the ending."""
    if name not in CHARTS:
        raise Http404
    asked = selected(request, timezone.now())
    shown = dashboard(study(asked.asked), measure=request.GET.get("measure", ""))
    made_from = " ".join(part for part in (shown.definitions.sentence, asked.words) if part)
    drawing = CHARTS[name](shown).noting(f"{shown.source.name}, as of {shown.as_of}. {made_from}")
    return drawing, f"{name}-{shown.source.slug}-{shown.as_of}"


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
