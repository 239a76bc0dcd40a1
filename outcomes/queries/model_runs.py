"""Which run of the mixed models belongs to a study, and the scores that it fits."""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from kitclinic.models import Site
from outcomes.models import ModelRun
from outcomes.queries.cohorts import protocols_used, sources
from outcomes.queries.histories import levels_of
from outcomes.queries.study import Asked, Study
from outcomes.rules.definitions import Definitions
from outcomes.rules.filters import Filters
from outcomes.rules.measures import measures
from outcomes.rules.mixed_model import MODEL_VERSION, MeasureModel
from outcomes.rules.mixed_observations import Observations, input_digest, observations_of
from outcomes.rules.mixed_stored import read_model
from scheduling.queries.protocols import PUBLISHED_CHOICE, choice_of
from scheduling.rules.protocols import STANDARD

NOT_READ = ("direction", "mcid")  # definitions that count improved patients; no model reads them


@dataclass(frozen=True, slots=True)
class ModelKey:
    """digest: over all that the models read (STAT-19). question: over what is asked, but the day."""

    digest: str
    question: str


def model_key(found: Study) -> ModelKey:
    """Return what the run of a study is known by."""
    asked = found.asked
    definitions = {name: value for name, value in asked.definitions.as_query().items() if name not in NOT_READ}
    told = [definitions, asked.filters.as_query(), asked.protocol.slug]
    question = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return ModelKey(input_digest(found.counted, found.facts, MODEL_VERSION), question)


def run_of(found: Study, key: ModelKey) -> ModelRun | None:
    """Return the run of exactly these scores."""
    runs = ModelRun.objects.filter(site=found.asked.source.site)
    return runs.filter(digest=key.digest).select_related("asked_by").first()


def earlier_run(found: Study, key: ModelKey) -> ModelRun | None:
    """Return the last finished run of the same question on fewer days or older data."""
    runs = ModelRun.objects.filter(site=found.asked.source.site)
    done = runs.filter(question=key.question, finished_at__isnull=False, problem="")
    return done.filter(as_of__lte=found.asked.as_of).exclude(digest=key.digest).order_by("-finished_at").first()


def kept_model(site: Site, measure: str, digest: str) -> MeasureModel | None:
    """Return what was fitted before to exactly these scores of one measure, in whatever run."""
    runs = ModelRun.objects.filter(site=site, results__contains={measure: {"of": digest}}).order_by("-asked_at")
    found = runs.values_list("results", flat=True).first()
    return None if found is None else read_model(found[measure])


def runs_of_clinic(site: Site) -> QuerySet[ModelRun]:
    """Return the runs that people of a clinic may see: of it and of its registries."""
    return ModelRun.objects.filter(Q(site=site) | Q(site__registry_of=site))


def asked_of(run: ModelRun) -> Asked | None:
    """Return what a run was asked for, from the address it keeps; None when its source is gone."""
    clinic = run.site.registry_of or run.site
    source = next((one for one in sources(clinic) if one.site.pk == run.site_id), None)
    if source is None:
        return None
    used = protocols_used(source)
    protocol = choice_of(used, run.asked.get("protocol", STANDARD)) if used else PUBLISHED_CHOICE
    levels = levels_of(source.site, using=settings.READING_DATABASE)
    filters = Filters.read(run.asked, sexes=levels.sex, categories=levels.diagnosis)
    return Asked(source, run.as_of, Definitions.read(run.asked), filters, protocol)


def observations(found: Study) -> dict[str, Observations]:
    """Return measure -> the scores that its models are fitted to."""
    return {name: observations_of(found.counted, found.facts, place) for place, name in enumerate(measures())}
