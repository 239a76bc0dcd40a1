"""Scores of demonstration instruments stay out of outcome tables and exports (PRO-37)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kitclinic.models import Site
from outcomes.models import Score
from outcomes.queries.cohorts import sources
from outcomes.queries.study import Cut
from outcomes.queries.table_rows import export_rows
from outcomes.rules.definitions import Definitions
from scheduling.models import Patient
from tests.factories import outcomes as questionnaires
from tests.factories import scheduling as make
from tests.outcomes.studied import cohort, dashboard

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def scored(site: Site, *, is_demo: bool, measure: str = "PROMIS Fatigue", value: str = "71.2") -> Patient:
    """A score under a measure of the paper, as no demonstration should ever give it."""
    person = make.patient(site=site)
    Score.objects.create(
        site=site,
        patient=person,
        measure=measure,
        value=Decimal(value),
        date=AT.date(),
        source="browser",
        is_demo=is_demo,
        recorded_at=AT,
    )
    return person


@pytest.mark.parametrize(("site_is_demo", "counted"), [(False, 1), (True, 2)])
def test_pro_37_a_demo_score_counts_only_at_a_demonstration_site(
    site: Site, site_is_demo: bool, counted: int
) -> None:
    site.is_demo = site_is_demo
    site.save(update_fields=["is_demo"])
    real, demo = scored(site, is_demo=False), scored(site, is_demo=True)
    found = cohort(sources(site)[0], as_of=AT.date())
    with_scores = {patient.pk for patient in found.patients if patient.scores}
    assert with_scores == ({real.pk, demo.pk} if site_is_demo else {real.pk})
    assert sources(site)[0].scored == counted


def test_pro_37_the_export_is_the_same_with_and_without_demo_scores(site: Site) -> None:
    scored(site, is_demo=False)

    def exported() -> list[object]:
        shown = dashboard(sources(site)[0], as_of=AT.date(), definitions=Definitions())
        return list(export_rows(shown, cut=Cut(AT, "0" * 64)))

    before = exported()
    scored(site, is_demo=True)
    scored(site, is_demo=True, measure="Demo fatigue")
    assert exported() == before


def test_a_corrected_score_no_longer_counts(site: Site) -> None:
    person = scored(site, is_demo=False)
    first = Score.objects.get(patient=person)
    nurse = make.actor("nurse", site)
    Score.objects.create(
        site=site,
        patient=person,
        measure="PROMIS Fatigue",
        value=Decimal("51.2"),
        date=AT.date(),
        source="elsewhere",
        origin="paper chart",
        entered_by=nurse,
        corrects=first,
        reason="typing error",
        recorded_at=AT,
    )
    (patient,) = (one for one in cohort(sources(site)[0], as_of=AT.date()).patients if one.scores)
    assert [score.tenths for score in patient.scores] == [512]


def test_a_battery_of_demonstrations_is_answered_and_scored_where_it_belongs(site: Site) -> None:
    site.is_demo = True
    site.save(update_fields=["is_demo"])
    names = ("PHQ-9", "PGIC", "DEMO-Fatigue-CAT", "DEMO-Global", "DEMO-PainThoughts")
    made = questionnaires.opened(site=site, instruments=names).answers((1,) * 9 + (2,) + (3,) * 40)
    scores = {score.measure: score for score in made.assessment.scores.all()}
    assert set(scores) == {"PHQ-9", "PGIC", "Demo fatigue", "Demo body", "Demo mind", "Demo pain thoughts"}
    assert {name for name, score in scores.items() if score.is_demo} == {n for n in scores if n.startswith("Demo")}
    fatigue = scores["Demo fatigue"]
    assert fatigue.theta is not None
    assert Decimal(0) <= fatigue.value <= 100
    assert (fatigue.engine, fatigue.bank_version) == ("kitclinic-cat 1", "synthetic, CC0")
    assert (scores["PGIC"].value, scores["PGIC"].band) == (2, "much improved")
    assert (scores["Demo body"].value, scores["Demo body"].raw) == (50, 15)
    assert fatigue.date - made.at.date() < timedelta(days=2)
