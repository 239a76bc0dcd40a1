"""Who answered and who did not, window by window, and what missing answers may do to a finding."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from outcomes.charts.drawing import Drawing
from outcomes.charts.lines import Tip, tipping_point
from outcomes.charts.rendering import png, rendered
from outcomes.queries.dashboard import FIRST_CHOICE, measure_named
from outcomes.queries.who_answered import WhoAnswered
from outcomes.queries.who_answered import who_answered as facts_of_page
from outcomes.queries.who_answered_rows import LABELS, page_rows
from outcomes.rules import answer_weights, group_tests, selection_bias, tipping
from outcomes.rules.answer_words import MISSING_AT_RANDOM, weighted_said
from outcomes.rules.measures import Measure, measures
from outcomes.rules.windows import LAST, WINDOW_NAMES, WINDOWS
from outcomes.views.studied import studied
from outcomes.views.table_files import table_file, told_of

TITLE = "Who answered"
CONTENT_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
RULES = (
    selection_bias.COMPLETERS,
    group_tests.CATEGORIES,
    group_tests.MEANS,
    group_tests.RANKS,
    selection_bias.STANDARDISED,
    selection_bias.NOT_ADJUSTED,
    answer_weights.ANSWERING,
    answer_weights.WEIGHTS,
    answer_weights.NOT_WEIGHTED,
    answer_weights.ROBUST,
    tipping.DELTA,
    tipping.SERIES,
    tipping.BOUNDS,
)


@requires(Permission.SEE_OUTCOMES)
@require_safe
def who_answered(request: StaffRequest) -> HttpResponse:
    asked = studied(request, TITLE)
    window, measure = _chosen(request)
    shown = facts_of_page(asked.found, window, measure)
    context = asked.context | {
        "shown": shown,
        "lede": shown.lede,
        "windows": [(name, WINDOW_NAMES[name]) for name in WINDOWS],
        "measures": [(slugify(name), one) for name, one in measures().items()],
        "keep": {"window": window, "measure": slugify(measure.name)},
        "missing_at_random": MISSING_AT_RANDOM,
        "weighted_said": weighted_said(shown.weighted),
        "weighted_rows": list(zip(LABELS, shown.weighted.rows, strict=True)),
        "tipping_said": tipping.said(shown.tipping),
        "drawing": _drawing(shown),
        "rules": RULES,
        "export": reverse("outcomes:who_answered_file", args=["csv"]),
    }
    return page(request, "outcomes/who_answered.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def who_answered_file(request: StaffRequest, kind: str) -> HttpResponse:
    asked = studied(request, TITLE)
    window, measure = _chosen(request)
    table = page_rows(facts_of_page(asked.found, window, measure))
    return table_file(request, f"who-answered-{window}", asked.asked, table, kind, cut=asked.context["cut"])


@requires(Permission.SEE_OUTCOMES)
@require_safe
def who_answered_chart(request: StaffRequest, kind: str) -> HttpResponse:
    """The tipping point as SVG or PNG; 404 where there is nothing to draw."""
    asked = studied(request, TITLE)
    window, measure = _chosen(request)
    drawing = _drawing(facts_of_page(asked.found, window, measure))
    if drawing is None or kind not in CONTENT_TYPES:
        raise Http404
    told = told_of(TITLE, asked.asked, asked.context["cut"])
    drawing = drawing.noting(f"{told.source}, as of {told.as_of}. {told.definitions} {told.filters}".strip())
    content = png(drawing) if kind == "png" else rendered(drawing).encode()
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    name = f"tipping-point-{slugify(measure.name)}-{window}-{told.as_of}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen(request: StaffRequest) -> tuple[str, Measure]:
    """Return window and measure; what the address does not name, or names wrongly, is the first."""
    window = request.GET.get("window", "")
    measure = measure_named(request.GET.get("measure", "")) or measures()[FIRST_CHOICE]
    return window if window in WINDOWS else LAST, measure


def _drawing(shown: WhoAnswered) -> Drawing | None:
    """Return the mean gain against delta; None where there is nothing to draw."""
    series = shown.tipping.series
    if not series:
        return None
    way = "worse" if series[-1].delta > 0 else "better"
    title = (
        f"{shown.measure.title}, {shown.window_name}: mean gain if those who did not answer were {way} by delta"
    )
    tips = [Tip(abs(one.delta), one.mean, one.low, one.high) for one in series]
    return tipping_point("tipping-point", title, tips, unit="points")
