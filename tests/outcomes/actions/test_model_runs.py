"""Mixed models are asked for once, fitted by the worker measure by measure, and fail in words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from outcomes import model_work, tasks
from outcomes.actions import ask_for_models, take_models
from outcomes.models import ModelRun, Score
from outcomes.queries.cohorts import sources
from outcomes.queries.model_runs import earlier_run, model_key, run_of
from outcomes.queries.study import Asked, Study, study
from outcomes.rules.definitions import Definitions
from outcomes.rules.filters import Filters
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import Effect, MeasureModel, MixedModel, measure_model
from outcomes.rules.mixed_observations import Observations
from outcomes.rules.mixed_stored import read_model, stored
from scheduling.models import Patient
from tests.factories import registry
from tests.outcomes.model_cohort import registry_of_twelve
from tests.outcomes.rules.mixed_cohort import fixed_cohort

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return registry_of_twelve(site, tmp_path)


def found(site: Site, home: Site, **more: Any) -> Study:
    source = next(one for one in sources(site) if one.site.pk == home.pk)
    return study(Asked(source, more.pop("as_of", registry.AS_OF), **more))


def test_stat_19_models_are_asked_for_once(site: Site, home: Site, lead: StaffUser) -> None:
    first = ask_for_models(found=found(site, home), by=lead, at=AT)
    again = ask_for_models(found=found(site, home), by=lead, at=AT)
    assert (first.pk, first.state, first.site) == (again.pk, "queued", home)
    assert ModelRun.objects.count() == 1
    events = AuditEvent.objects.filter(event="models asked for")
    assert [(one.by, one.subject_id) for one in events] == [(lead, first.pk)]
    with pytest.raises(IntegrityError, match="model_run_once"), transaction.atomic():
        ModelRun.objects.create(
            site=home,
            digest=first.digest,
            question="",
            asked={},
            as_of=AT.date(),
            cut="",
            asked_by=lead,
            asked_at=AT,
        )


def test_the_worker_fits_every_measure_or_says_why_not(site: Site, home: Site, lead: StaffUser) -> None:
    ask_for_models(found=found(site, home), by=lead, at=AT)
    assert [tasks.fit_models(), tasks.fit_models()] == [11, 0]
    run = ModelRun.objects.get()
    assert (run.state, run.done, run.problem) == ("done", 11, "")
    told = read_model(run.results["PHQ-9"])
    assert isinstance(told.fitted, MixedModel)
    assert told.fitted.at_times == (11, 11, 0, 0)
    assert isinstance(told.pairs["last"], Effect)
    refused = read_model(run.results["GAD-7"]).fitted
    assert refused == Refusal("Not fitted: nobody has a score of this measure that counts.")
    assert ask_for_models(found=found(site, home), by=lead, at=AT).state == "done", "never fitted again"
    assert tasks.fit_models() == 0


def test_progress_is_kept_measure_by_measure(
    site: Site, home: Site, lead: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies in the fifth measure; asked again, it goes on with the fifth."""
    ask_for_models(found=found(site, home), by=lead, at=AT)
    seen: list[int] = []

    def fit(observed: object) -> MeasureModel:
        seen.append(ModelRun.objects.get().done)
        if len(seen) == 5:
            raise MemoryError
        return MeasureModel(Refusal("Not fitted: a test."), {})

    monkeypatch.setattr(model_work, "measure_model", fit)
    with pytest.raises(MemoryError):
        tasks.fit_models()
    assert seen == [0, 1, 2, 3, 4]
    run = ModelRun.objects.get()
    assert (run.state, run.done) == ("failed", 4)
    assert run.problem == model_work.ERROR
    again = ask_for_models(found=found(site, home), by=lead, at=AT + timedelta(minutes=1))
    assert (again.pk, again.state, again.done) == (run.pk, "queued", 4)
    assert tasks.fit_models() == 7
    assert ModelRun.objects.get().state == "done"
    assert AuditEvent.objects.filter(event="models asked for").count() == 2


def test_a_worker_that_is_gone_is_said_and_the_run_may_be_asked_for_again(
    site: Site, home: Site, lead: StaffUser
) -> None:
    ask_for_models(found=found(site, home), by=lead, at=AT)
    assert take_models(at=AT) is not None
    assert take_models(at=AT + timedelta(minutes=10)) is None
    assert ModelRun.objects.get().state == "running"
    assert take_models(at=AT + timedelta(minutes=10, seconds=1)) is None
    run = ModelRun.objects.get()
    assert (run.state, "stopped before it was done" in run.problem) == ("failed", True)


def test_scores_that_changed_meanwhile_are_not_fitted_under_the_old_name(
    site: Site, home: Site, lead: StaffUser
) -> None:
    run = ask_for_models(found=found(site, home), by=lead, at=AT)
    Patient.objects.filter(site=home, record_number="P03").update(charlson_index=7)
    assert tasks.fit_models() == 0
    run.refresh_from_db()
    assert (run.state, run.problem, run.results) == ("failed", model_work.CHANGED, {})
    other = ask_for_models(found=found(site, home), by=lead, at=AT)
    assert other.pk != run.pk, "another Charlson index is another model"


def test_stat_19_only_what_a_model_reads_makes_a_new_run(site: Site, home: Site) -> None:
    digest = model_key(found(site, home)).digest
    same: list[dict[str, Any]] = [
        {"definitions": Definitions(mcid="evidence", direction="either")},
        {"as_of": registry.AS_OF + timedelta(days=30)},
    ]
    other: list[dict[str, Any]] = [
        {"definitions": Definitions(day0="in", baseline="30"), "as_of": date(2023, 1, 5)},
        {"filters": Filters(age="18-39")},
    ]
    assert {model_key(found(site, home, **more)).digest for more in same} == {digest}
    assert all(model_key(found(site, home, **more)).digest != digest for more in other)
    Patient.objects.filter(site=home, record_number="P03").update(marital_status="Single")
    assert model_key(found(site, home)).digest == digest
    Patient.objects.filter(site=home, record_number="P03").update(ethnic_group="Black")
    assert model_key(found(site, home)).digest != digest


def test_the_last_run_of_an_older_cut_is_found_and_never_one_of_a_later_day(
    site: Site, home: Site, lead: StaffUser
) -> None:
    before = found(site, home)
    ask_for_models(found=before, by=lead, at=AT)
    tasks.fit_models()
    run = ModelRun.objects.get()
    Patient.objects.filter(site=home, record_number="P03").update(charlson_index=7)
    now = found(site, home)
    key = model_key(now)
    assert run_of(now, key) is None
    assert earlier_run(now, key) == run
    day_before = found(site, home, as_of=registry.AS_OF - timedelta(days=1))
    assert earlier_run(day_before, model_key(day_before)) is None
    course = found(site, home, definitions=Definitions(reference="course"))
    assert earlier_run(course, model_key(course)) is None


def test_what_is_stored_is_read_back_unchanged() -> None:
    model = measure_model(fixed_cohort())
    assert read_model(stored(model)) == model


def test_stat_19_a_new_score_fits_one_measure_anew_and_takes_the_others_as_they_were(
    site: Site, home: Site, lead: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_models(found=found(site, home), by=lead, at=AT)
    tasks.fit_models()
    fitted: list[int] = []

    def fit(scores: Observations) -> MeasureModel:
        fitted.append(len(scores))
        return measure_model(scores)

    monkeypatch.setattr(model_work, "measure_model", fit)
    patient = Patient.objects.filter(site=home).first()
    told = {"site": home, "patient": patient, "measure": "GAD-7", "source": "paper", "recorded_at": AT}
    Score.objects.create(value=9, date=registry.FIRST - timedelta(days=2), **told)
    again = ask_for_models(found=found(site, home), by=lead, at=AT)
    tasks.fit_models()
    first, second = ModelRun.objects.order_by("pk")
    assert (second.pk, second.state, second.done) == (again.pk, "done", 11)
    assert fitted == [1]  # GAD-7 with its one score, and nothing else
    assert second.results["PHQ-9"] == first.results["PHQ-9"]
    assert second.results["GAD-7"] != first.results["GAD-7"]
