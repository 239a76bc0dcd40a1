"""The table of the mixed models: the same from the worker's run and fitted on the spot; signs and decimals."""

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from kitclinic.models import Site, StaffUser
from outcomes import tasks
from outcomes.actions import ask_for_models
from outcomes.queries.cohorts import sources
from outcomes.queries.model_page import MODEL_COLUMNS, model_table
from outcomes.queries.study import Asked, study
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import Effect
from outcomes.rules.mixed_words import effect_words, label, points, signed, why_none
from tests.factories import registry
from tests.outcomes.model_cohort import registry_of_twelve

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.mark.django_db
@time_machine.travel(AT, tick=False)
def test_the_command_prints_the_models_of_the_run_or_fits_them(
    site: Site, lead: StaffUser, tmp_path: Path
) -> None:
    home = registry_of_twelve(site, tmp_path)
    source = next(one for one in sources(site) if one.site == home)
    found = study(Asked(source, registry.AS_OF))
    out = StringIO()
    options = {"table": "model", "site": home.slug, "as_of": registry.AS_OF}
    call_command("outcome_tables", stdout=out, stderr=StringIO(), **options)
    heading, *lines = csv.reader(StringIO(out.getvalue()))
    assert (tuple(heading), len(lines)) == (MODEL_COLUMNS, 33)
    first = dict(zip(heading, lines[0], strict=True))
    figures = ("outcome", "window", "pairs", "model_estimate", "model_scores", "model_n", "published_p")
    assert [first[name] for name in figures] == ["PHQ-9", "last", "12", "-0.363636", "11", "22", "<0.001"]
    ask_for_models(found=found, by=lead, at=AT)
    tasks.fit_models()
    heading, rows = model_table(found)
    assert [list(row) for row in rows] == lines


def test_points_are_rounded_half_up_and_zero_has_no_sign() -> None:
    assert [points(value) for value in (-1.0, 0.125, -0.004, 12.0)] == ["−1.00", "0.13", "0.00", "12.00"]
    assert [signed(value) for value in (-1.0, 0.5, 0.004)] == ["−1.00", "+0.50", "0.00"]
    assert effect_words(Effect("time=last", -1.0, 0.5, 3)) == "−1.00 (−1.98 to −0.02)"


def test_effects_are_named_for_people() -> None:
    names = {"sex": {"nonbinary": "Nonbinary"}}
    assert [label(name, names) for name in ("time=3m", "age", "sex=nonbinary", "race=Other", "baseline")] == [
        "3 months",
        "Age, each year",
        "Sex: Nonbinary",
        "Race: Other",
        "Mean at baseline",
    ]
    assert why_none(Refusal("Not fitted: a test."), "last") == "Not fitted: a test."
