"""A study reads a source in columns; whatever is stored, it finds what one row after the other finds."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import connections
from django.db.models import QuerySet

from infusions.models import RegistryInfusion
from kitclinic.columns import columns
from kitclinic.models import Site
from outcomes.models import Score
from outcomes.queries import histories
from outcomes.queries.cohorts import Source, sources
from outcomes.queries.dashboard import dashboard
from outcomes.queries.study import Asked, cut, study
from outcomes.rules.definitions import Definitions
from outcomes.rules.filters import Filters
from outcomes.rules.measures import measures
from scheduling.models import Patient
from scheduling.states import EnrolmentState, PainCategory
from tests.factories import infusions, people
from tests.outcomes.slow_cohort import cohort as slow_cohort
from tests.outcomes.studied import cohort

FIRST = date(2024, 1, 8)
AS_OF = date(2025, 6, 30)
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
NAMES = list(measures())


def registry(site: Site, seed: int, *, patients: int = 12) -> Source:
    """A registry of random patients: merged records, corrected scores, several at a minute, unknown everything."""
    dice = random.Random(seed)
    home = people.site(slug=f"registry-{seed}", name="Registry", registry_of=site)
    rows = [one_patient(home, number, dice) for number in range(patients)]
    kept = rows[: patients - 2]
    for folded in rows[patients - 2 :]:
        folded.state, folded.merged_into = EnrolmentState.MERGED, dice.choice(kept)
    stored = Patient.objects.bulk_create(kept)
    for folded in rows[patients - 2 :]:
        folded.merged_into = dice.choice(stored)
    stored += Patient.objects.bulk_create(rows[patients - 2 :])
    for patient in stored:
        some_infusions(home, patient, dice)
        some_scores(home, patient, dice)
    return Source(home, "Registry", is_registry=True, is_simulated=False)


def one_patient(home: Site, number: int, dice: random.Random) -> Patient:
    born = None if dice.random() < 0.3 else date(1950, 1, 1) + timedelta(days=dice.randrange(15_000))
    return Patient(
        site=home,
        record_number=f"R{dice.randrange(10**6)}-{number}",
        birth_date=born,
        age_at_first_infusion=None if dice.random() < 0.5 else dice.randrange(18, 95),
        sex=dice.choice(Patient.Sex.values),
        ethnic_group=dice.choice(Patient.EthnicGroup.values),
        marital_status=dice.choice(Patient.Marital.values),
        diagnosis=dice.choice(["", "something else", *PainCategory.values]),
        body_mass_index=None if dice.random() < 0.2 else Decimal(dice.randrange(160, 500)) / 10,
        charlson_index=None if dice.random() < 0.2 else dice.randrange(12),
        is_registry=True,
        created_at=AT,
    )


def some_infusions(home: Site, patient: Patient, dice: random.Random) -> None:
    days = sorted(dice.sample(range(300), dice.randrange(8)))
    RegistryInfusion.objects.bulk_create(
        RegistryInfusion(
            site=home,
            patient=patient,
            date=FIRST + timedelta(days=day),
            start_minute=dice.choice((None, 510)),
            sequence=1,
            session=session,
            status=dice.choice(("completed", "completed", "stopped")),
        )
        for session, day in enumerate(days, 1)
    )


def some_scores(home: Site, patient: Patient, dice: random.Random) -> None:
    for _ in range(dice.randrange(12)):
        told: dict[str, Any] = {
            "site": home,
            "patient": patient,
            "measure": dice.choice([*NAMES, "Impression of change"]),
            "date": FIRST + timedelta(days=dice.randrange(-120, 560)),
            "minute": dice.choice((None, 450, 510, 600)),
            "source": "paper",
            "recorded_at": AT,
            "is_demo": dice.random() < 0.1,
        }
        score = Score.objects.create(value=Decimal(dice.randrange(200, 700)) / 10, **told)
        if dice.random() < 0.2:
            told |= {"corrects": score, "reason": "read again"}
            Score.objects.create(value=Decimal(dice.randrange(200, 700)) / 10, **told)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_registry_in_columns_is_the_registry_row_by_row(site: Site, seed: int) -> None:
    source = registry(site, seed)
    ours, slow = cohort(source, as_of=AS_OF), slow_cohort(source, as_of=AS_OF)
    assert [patient.record_number for patient in ours.patients] == [p.record_number for p in slow.patients]
    for mine, theirs in zip(ours.patients, slow.patients, strict=True):
        assert mine.scores == theirs.scores
        assert sorted(mine.infusions, key=repr) == sorted(theirs.infusions, key=repr)
    assert any(patient.scores for patient in ours.patients)


@pytest.mark.django_db
def test_charts_and_registry_of_one_clinic_are_kept_apart(site: Site) -> None:
    infusions.infusion(site=site, at_state="discharged")
    registry(site, 1)
    own = sources(site)[0]
    assert cohort(own, as_of=infusions.MONDAY) == slow_cohort(own, as_of=infusions.MONDAY)


@pytest.mark.django_db
def test_the_facts_of_a_row_are_the_patients(site: Site) -> None:
    source = registry(site, 3)
    found = study(Asked(source, AS_OF))
    assert len(found.counted.rows)
    for row, of in enumerate(found.counted.rows.of):
        patient = Patient.objects.get(pk=found.histories.people.key[of])
        first = date(1970, 1, 1) + timedelta(days=int(found.counted.rows.first[row]))
        age = patient.age_at_first_infusion
        if patient.birth_date:
            born = patient.birth_date
            age = first.year - born.year - ((first.month, first.day) < (born.month, born.day))
        facts = found.facts
        assert (None if np.isnan(facts.age[row]) else facts.age[row]) == age
        assert (facts.sex[row], facts.race[row]) == (patient.sex, patient.ethnic_group)
        assert (facts.marital[row], facts.diagnosis[row]) == (patient.marital_status, patient.diagnosis)
        bmi, charlson = patient.body_mass_index, patient.charlson_index
        assert (None if np.isnan(facts.bmi[row]) else round(facts.bmi[row], 1)) == (bmi and float(bmi))
        assert (None if np.isnan(facts.charlson[row]) else facts.charlson[row]) == charlson


@pytest.mark.django_db
def test_out_25_filters_narrow_rows_members_and_counts_alike(site: Site) -> None:
    source = registry(site, 2, patients=40)
    everybody = study(Asked(source, AS_OF))
    women = study(Asked(source, AS_OF, filters=Filters(sex="female")))
    assert set(women.facts.sex) == {"female"}
    assert 0 < len(women.counted.rows) < len(everybody.counted.rows)
    assert women.all_members == everybody.all_members
    assert np.count_nonzero(women.members) == len(women.counted.rows)
    late = study(Asked(source, AS_OF, filters=Filters(since=FIRST + timedelta(days=100), which="first")))
    assert (late.counted.rows.first >= women.counted.as_of - 10**6).all()
    assert (late.counted.rows.courses == 1).all()
    known = study(Asked(source, AS_OF, filters=Filters(age="70")))
    assert (known.facts.age >= 70).all()
    nobody = study(Asked(source, AS_OF, filters=Filters(since=date(2030, 1, 1))))
    assert (len(nobody.counted.rows), np.count_nonzero(nobody.members)) == (0, 0)


@pytest.mark.django_db
def test_the_cut_is_equal_for_equal_data_and_changes_with_one_score(site: Site) -> None:
    source = registry(site, 1)
    asked = Asked(source, AS_OF)
    before = study(asked).cut
    assert study(replace(asked, filters=Filters(sex="male"), definitions=Definitions(tie="earlier"))).cut == before
    patient = Patient.objects.filter(site=source.site, merged_into=None).first()
    told = {"site": source.site, "patient": patient, "measure": "PHQ-9", "source": "paper", "recorded_at": AT}
    Score.objects.create(value=Decimal(7), date=AS_OF + timedelta(days=1), **told)
    assert study(asked).cut == before  # after the as-of date
    Score.objects.create(value=Decimal(7), date=AS_OF, **told)
    assert study(asked).cut != before
    assert len(cut(study(asked), AT).short) == 12


@pytest.mark.django_db
@pytest.mark.parametrize("as_of", [date(1995, 1, 1), FIRST - timedelta(days=1)])
def test_before_the_first_infusion_there_is_nothing(site: Site, as_of: date) -> None:
    found = study(Asked(registry(site, 1), as_of))
    assert found.is_empty
    assert len(found.counted.rows) == 0


@pytest.fixture
def reading(committed_db: str, settings: Any) -> Iterator[str]:
    """A second connection that may only read, named as the database for reading."""
    given = connections["default"].settings_dict
    options = given["OPTIONS"] | {"options": "-c default_transaction_read_only=on"}
    connections.databases["reading"] = given | {"OPTIONS": options}
    settings.READING_DATABASE = "reading"
    yield "reading"
    connections["reading"].close()
    del connections["reading"], connections.databases["reading"]


def test_a_study_reads_from_the_replica_that_a_setting_names(
    reading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = registry(people.site(), 1)
    used: list[str] = []

    def watched(rows: "QuerySet[Any, Any]", kinds: dict[str, str]) -> Any:
        used.append(rows.db)
        return columns(rows, kinds)

    monkeypatch.setattr(histories, "columns", watched)
    found = cohort(source, as_of=AS_OF)
    assert set(used) == {"reading"}
    assert len(found.patients) == 10
    with connections["reading"].cursor() as cursor, pytest.raises(Exception, match="read-only"):
        cursor.execute("DELETE FROM outcomes_score")


@pytest.mark.django_db
def test_out_26_the_page_says_what_noise_alone_would_show_and_how_many_changes_are_reliable(site: Site) -> None:
    home = people.site(slug="noise", name="Registry", registry_of=site)
    patient = Patient.objects.create(
        site=home, record_number="N1", sex="female", age_at_first_infusion=40, is_registry=True, created_at=AT
    )
    RegistryInfusion.objects.create(
        site=home, patient=patient, date=FIRST, sequence=1, session=1, status="completed"
    )
    told = {"site": home, "patient": patient, "measure": "PROMIS Fatigue", "source": "paper", "recorded_at": AT}
    told |= {"instrument": "PROMIS-Fatigue-4a", "standard_error": 2.5}
    for value, day in ((70, -3), (60, 5)):
        Score.objects.create(value=Decimal(value), date=FIRST + timedelta(days=day), **told)
    asked = Asked(Source(home, "Registry", is_registry=True, is_simulated=False), AS_OF)
    found = dashboard(study(asked), measure="promis-fatigue")
    assert found.sure_words == (
        "Reliably better 1, reliably worse 0 of 1 pair. Measurement error alone would show 7.9% improved, and as "
        "many worsened."
    )
