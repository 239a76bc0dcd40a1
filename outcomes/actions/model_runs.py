"""Mixed models are asked for by people and fitted by the worker, one measure after another."""

from datetime import datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from outcomes.models import ModelRun
from outcomes.queries.model_runs import model_key
from outcomes.queries.study import Study
from outcomes.rules.mixed_model import MeasureModel
from outcomes.rules.mixed_stored import stored

STALLED_AFTER = timedelta(minutes=10)  # longest time a task may take: then its worker is gone


@transaction.atomic
def ask_for_models(*, found: Study, by: StaffUser, at: datetime) -> ModelRun:
    """Ask the worker once for the models of a study (STAT-19); one that failed is asked again, and goes on.

    What runs, waits or is done already is returned as it is.
    """
    key = model_key(found)
    given = {
        "question": key.question,
        "asked": found.asked.as_query(),
        "as_of": found.asked.as_of,
        "cut": found.cut,
        "asked_by": by,
        "asked_at": at,
    }
    run, is_new = ModelRun.objects.get_or_create(site=found.asked.source.site, digest=key.digest, defaults=given)
    run = ModelRun.objects.select_for_update().get(pk=run.pk)
    if run.state == "failed":
        given |= {"problem": "", "started_at": None, "finished_at": None}
        for name, value in given.items():
            setattr(run, name, value)
        run.save(update_fields=list(given))
        is_new = True
    if is_new:
        detail = {"digest": run.digest, "cut": run.cut, "asked": run.asked}
        audit.record(event="models asked for", by=by, at=at, site=run.site, subject=run, detail=detail)
    return run


@transaction.atomic
def take_models(*, at: datetime) -> ModelRun | None:
    """Take the run that waits longest for one worker; another one passes over it. None when nothing waits."""
    _give_up(at)
    waiting = ModelRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(started_at=None)
    run = waiting.select_related("site__registry_of").order_by("asked_at", "pk").first()
    if run is not None:
        run.started_at = at
        run.save(update_fields=["started_at"])
    return run


def _give_up(at: datetime) -> None:
    """Say of runs whose worker is gone that they stopped, so that they can be asked for again."""
    gone = ModelRun.objects.filter(finished_at=None, started_at__lt=at - STALLED_AFTER)
    gone.update(finished_at=at, problem="The work stopped before it was done. Ask again: what is fitted is kept.")


def keep_model(*, run: ModelRun, measure: str, model: MeasureModel, of: str) -> None:
    """Keep what was found for one measure. of: digest of its scores, by which another run finds it again."""
    run.results[measure] = stored(model) | {"of": of}
    run.save(update_fields=["results"])


def finish_models(*, run: ModelRun, at: datetime, problem: str = "") -> None:
    """End a run. problem: why it could not be done, in a sentence."""
    run.finished_at, run.problem = at, problem[:300]
    run.save(update_fields=["finished_at", "problem"])
