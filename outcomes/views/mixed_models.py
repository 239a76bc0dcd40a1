"""Table 3's mixed models: asked for, watched while the worker fits them, and read beside the published ones."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from outcomes.actions import ask_for_models
from outcomes.charts.drawing import Drawing
from outcomes.charts.forest import Estimate, Scale, forest
from outcomes.queries.model_page import ModelRow, model_rows, models_page
from outcomes.queries.model_runs import runs_of_clinic
from outcomes.queries.study import study
from outcomes.rules.measures import measures
from outcomes.rules.mixed_design import KNOWN_COVARIATES, REFUSALS, SMALL_LEVELS
from outcomes.rules.mixed_model import CONVERGENCE, MIXED_MODEL, PAIRS_ONLY, UNADJUSTED, Effect
from outcomes.rules.mixed_observations import ALL_SCORES, ONCE
from outcomes.rules.mixed_words import TWO_QUESTIONS
from outcomes.views.selection import selected
from outcomes.views.studied import studied
from outcomes.views.table_files import table_file

RULES = (
    MIXED_MODEL,
    ALL_SCORES,
    TWO_QUESTIONS,
    KNOWN_COVARIATES,
    SMALL_LEVELS,
    CONVERGENCE,
    REFUSALS,
    PAIRS_ONLY,
    UNADJUSTED,
    ONCE,
)
TITLE = "Mixed-effects models"


@requires(Permission.SEE_OUTCOMES)
@require_safe
def models(request: StaffRequest) -> HttpResponse:
    asked = studied(request, TITLE)
    context = asked.context | {
        "shown": models_page(asked.found),
        "rules": RULES,
        "measures": len(measures()),
        "export": reverse("outcomes:models_file", args=["csv"]),
    }
    return page(request, "outcomes/models.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def models_file(request: StaffRequest, kind: str) -> HttpResponse:
    asked = studied(request, TITLE)
    table = model_rows(models_page(asked.found))
    return table_file(request, "mixed-models", asked.asked, table, kind, cut=asked.context["cut"])


@requires(Permission.SEE_OUTCOMES)
@require_safe
def model(request: StaffRequest, measure: str) -> HttpResponse:
    asked = studied(request, TITLE)
    shown = models_page(asked.found)
    row = shown.row(measure)
    if row is None:
        raise Http404
    context = asked.context | {
        "title": f"{row.measure.title}: mixed-effects model",
        "shown": shown,
        "row": row,
        "rules": RULES,
        "measures": len(measures()),
        "drawing": _forest(row),
    }
    return page(request, "outcomes/model.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_POST
def models_fit(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = selected(request, at).asked
    ask_for_models(found=study(asked), by=request.user, at=at)
    return redirect(f"{reverse('outcomes:models')}?{urlencode(asked.as_query())}")


@requires(Permission.SEE_OUTCOMES)
@require_safe
def models_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far a run is; once it has ended, the page it stands on is asked for anew."""
    run = get_object_or_404(runs_of_clinic(request.clinic), pk=pk)
    if run.finished_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return page(request, "outcomes/_models_progress.html", {"run": run, "measures": len(measures())})


def _forest(row: ModelRow) -> Drawing | None:
    """Return the effects of time, of all scores and of the pairs alone; None while there are none."""
    lines = []
    for one in row.cells:
        name = one.cell.window_name.capitalize()
        pairs = one.pairs if isinstance(one.pairs, Effect) else None
        for label, effect in ((f"{name}, all scores", one.effect), (f"{name}, pairs alone", pairs)):
            lines.append(
                Estimate(label, effect.estimate, effect.low, effect.high)
                if effect
                else Estimate(label, None, None, None, "not fitted")
            )
    if all(line.estimate is None for line in lines):
        return None
    ways = ("better", "worse") if row.measure.better == "lower" else ("worse", "better")
    scale = Scale("Change from baseline, points", less=ways[0], more=ways[1], decimals=2)
    return forest(f"model-{row.slug}", f"{row.measure.title}: change from baseline in the model", lines, scale)
