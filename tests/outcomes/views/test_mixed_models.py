"""The page of the mixed models: nothing yet, under way, fitted, older, refused; and who may see it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from outcomes import tasks
from outcomes.actions import keep_model, take_models
from outcomes.models import ModelRun
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import MeasureModel
from scheduling.models import Patient
from tests.factories import people, registry
from tests.outcomes.model_cohort import registry_of_twelve

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/models/"
FIT = f"{URL}fit/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    return registry_of_twelve(site, tmp_path)


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).strip()


def fit(client: Any, home: Site, **more: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked(home, **more).items())
    return client.post(f"{FIT}?{query}")


def test_the_models_are_asked_for_by_a_button_and_read_on_the_page(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    assert (reverse("outcomes:models"), reverse("outcomes:models_fit")) == (URL, FIT)
    client = as_user(lead)
    before = client.get(URL, asked(home))
    assert "Fit the models" in words(before)
    assert f'action="{FIT}?source={home.slug}&amp;as_of={registry.AS_OF}"' in before.content.decode()
    answer = fit(client, home)
    assert (answer.status_code, answer.url) == (302, f"{URL}?source={home.slug}&as_of={registry.AS_OF}")
    assert "The models wait for the worker" in words(client.get(answer.url))
    assert tasks.fit_models() == 11
    after = words(client.get(answer.url))
    assert "Fit the models" not in after
    assert f"for {lead.name}, on exactly these scores" in after
    assert "22 scores of 11 patients" in after, "the only man is left out, and it is said"
    assert "Not fitted: nobody has a score of this measure that counts." in after


def test_stat_18_the_mean_and_the_model_stand_beside_each_other(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    fit(client, home)
    tasks.fit_models()
    page = words(client.get(f"{URL}phq-9/", asked(home)))
    assert "They answer different questions." in page
    changes = page.split("Pairs alone (95% interval) P of pairs")[1]
    women = "11 −0.36 (−2.50 to +1.77) 0.74"  # -4 / 11 points: the man fell by 7 of the 11 that make up the mean
    assert changes.startswith(f" Last infusion 12 −0.9 ± 3.9 −1.3 ± 4.8 (438) {women} &lt;0.001 "), changes[:120]
    assert "Sex male: one patient, whose effect cannot be told from the person; left out." in page
    assert "Race: the same for all, not in the model." in page
    assert "Charlson index, each point" in page
    assert "Converged by BFGS." in page
    assert "6 months, pairs alone: Not fitted: nobody has both a baseline and a score in this window." in page


def test_progress_is_said_in_measures_and_the_page_follows_at_the_end(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    fit(client, home)
    run = take_models(at=AT)
    assert run is not None
    for name in ("PHQ-9", "GAD-7", "PCS total", "PROMIS Fatigue"):
        keep_model(run=run, measure=name, model=MeasureModel(Refusal("Not fitted: a test."), {}), of=name)
    address = reverse("outcomes:models_progress", args=[run.pk])
    page = client.get(URL, asked(home))
    part = client.get(address, headers={"HX-Request": "true"})
    assert "4 of 11 measures" in words(page)
    assert "4 of 11 measures" in words(part)
    assert f'hx-get="{address}"' in part.content.decode()
    assert part.content.decode().strip().removesuffix("\n") in page.content.decode(), (
        "the page holds the same part"
    )
    ModelRun.objects.filter(pk=run.pk).update(finished_at=AT)
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_asking_twice_makes_one_run(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    assert [fit(client, home).status_code, fit(client, home).status_code] == [302, 302]
    assert ModelRun.objects.count() == 1


def test_models_of_an_older_cut_are_shown_as_older(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    fit(client, home)
    tasks.fit_models()
    Patient.objects.filter(site=home, record_number="P03").update(charlson_index=9)
    page = words(client.get(URL, asked(home)))
    assert "The models shown were fitted on an older data cut" in page
    assert "Fit the models of these scores" in page
    assert "22 scores of 11 patients" in page


def test_a_failure_is_a_sentence_with_a_button(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    fit(client, home)
    ModelRun.objects.update(started_at=AT, finished_at=AT, problem="The work stopped before it was done.")
    page = words(client.get(URL, asked(home)))
    assert "The work stopped before it was done." in page
    assert "Fit the models" in page


@pytest.mark.parametrize("address", [URL, f"{URL}phq-9/"])
def test_without_any_score_the_published_figures_stand_alone(
    lead: StaffUser, as_user: Any, site: Site, address: str
) -> None:
    answer = as_user(lead).get(address, {"source": site.slug})
    assert answer.status_code == 200
    assert "No score counts by this day, so there is nothing to fit" in words(answer)
    assert "Fit the models" not in words(answer)
    assert "−1.3 ± 4.8" in words(answer)


def test_a_day_before_the_first_infusion_has_nothing_to_fit(lead: StaffUser, as_user: Any, home: Site) -> None:
    page = as_user(lead).get(URL, asked(home) | {"as_of": "2022-06-01"})
    assert "nothing to fit" in words(page)


def test_the_file_holds_what_the_page_shows(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    fit(client, home)
    tasks.fit_models()
    text = client.get(f"{URL}table.csv", asked(home)).content.decode()
    line = next(line for line in text.splitlines() if line.startswith("PHQ-9,last,"))
    assert line.startswith("PHQ-9,last,12,-0.9,3.9,-1.3,4.8,438,-0.363636,")
    assert ",<0.001,11,11,22," in line
    assert client.get(f"{URL}table.parquet", asked(home)).status_code == 200
    assert client.get(f"{URL}table.zip", asked(home)).status_code == 404


@pytest.mark.parametrize("address", [URL, f"{URL}phq-9/", f"{URL}table.csv", FIT])
def test_only_who_may_see_outcomes(site: Site, as_user: Any, address: str) -> None:
    nurse = people.staff("nurse", site=site)
    assert as_user(nurse).get(address).status_code == 403
    assert as_user(nurse).post(address).status_code == 403


def test_a_measure_that_does_not_exist_is_not_found_and_reading_never_asks(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    assert client.get(f"{URL}shoe-size/", asked(home)).status_code == 404
    assert client.get(FIT, asked(home)).status_code == 405
    assert not ModelRun.objects.exists()


def test_runs_of_another_clinic_are_not_there(lead: StaffUser, as_user: Any, home: Site, other_site: Site) -> None:
    fit(as_user(lead), home)
    run = ModelRun.objects.get()
    stranger = people.staff("clinic_lead", site=other_site)
    assert as_user(stranger).get(reverse("outcomes:models_progress", args=[run.pk])).status_code == 404
    assert fit(as_user(stranger), home).status_code == 404
