"""The worker's part of the mixed models: it alone fits them, measure by measure, and keeps each at once."""

from datetime import datetime

from django.utils import timezone

from outcomes.actions import finish_models, keep_model, take_models
from outcomes.models import ModelRun
from outcomes.queries.model_runs import asked_of, kept_model, model_key, observations
from outcomes.queries.study import study
from outcomes.rules.mixed_model import MODEL_VERSION, measure_model

CHANGED = "The scores changed while the models waited. Ask again for those of now."
ERROR = "The models could not be fitted because of an error, which the log of the worker holds."


def work_on_models(*, at: datetime) -> int:
    """Fit what waits longest; returns how many measures were fitted."""
    run = take_models(at=at)
    if run is None:
        return 0
    try:
        return _fit(run)
    except Exception:
        finish_models(run=run, at=timezone.now(), problem=ERROR)
        raise


def _fit(run: ModelRun) -> int:
    asked = asked_of(run)
    found = study(asked) if asked is not None else None
    if found is None or model_key(found).digest != run.digest:
        finish_models(run=run, at=timezone.now(), problem=CHANGED)
        return 0
    waiting = {name: scores for name, scores in observations(found).items() if name not in run.results}
    for name, scores in waiting.items():
        of = f"{MODEL_VERSION} {scores.digest}"
        model = kept_model(run.site, name, of) or measure_model(scores)
        keep_model(run=run, measure=name, model=model, of=of)
    finish_models(run=run, at=timezone.now())
    return len(waiting)
