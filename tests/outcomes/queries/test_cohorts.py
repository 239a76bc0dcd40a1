"""The facts of the clinic's own charts and of a registry, in few queries."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site
from outcomes.actions import import_registry
from outcomes.models import Score
from outcomes.queries.behind import behind
from outcomes.queries.cohorts import sources
from outcomes.queries.dashboard import measure_named
from outcomes.queries.panel import patient_panel
from outcomes.queries.study import Asked, study
from outcomes.rules.definitions import Definitions
from scheduling.actions import cancel_sequence, merge_patients, undo_merge
from tests.factories import infusions, registry
from tests.factories import outcomes as questionnaires
from tests.factories import scheduling as make
from tests.outcomes.slow_cohort import cohort as slow_cohort
from tests.outcomes.studied import cohort, dashboard

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AS_OF = registry.AS_OF


def test_the_clinic_comes_first_then_its_registries_with_their_labels(
    site: Site, other_site: Site, tmp_path: Path
) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "a"), label="Old", by=None, at=AT)
    import_registry(site=other_site, directory=registry.export(tmp_path / "b"), by=None, at=AT)
    with CaptureQueriesContext(connection) as queries:
        own, older = sources(site)
    assert len(queries) == 2
    assert (own.site, own.is_registry, own.label, own.cut) == (site, False, "", None)
    assert (older.slug, older.is_registry, older.label, older.cut) == ("juniper-registry", True, "Old", AT)
    assert not older.is_simulated


def test_a_registrys_patients_come_with_local_days(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    source = sources(site)[1]
    found = cohort(source, as_of=AS_OF)
    assert [patient.record_number for patient in found.patients] == ["A", "B", "C", "D"]
    first = found.patients[0]
    assert (first.infusions[0].date, first.infusions[0].start) == (registry.FIRST, time(8, 30))
    assert sorted(score.tenths for score in first.scores) == [100, 150]


def test_a_completed_chart_counts_on_its_local_day_and_an_open_one_not_yet(site: Site) -> None:
    done = infusions.infusion(site=site, at_state="discharged")
    source = sources(site)[0]
    found = cohort(source, as_of=infusions.MONDAY)
    assert found == slow_cohort(source, as_of=infusions.MONDAY)
    (patient,) = found.patients
    (infusion,) = patient.infusions
    started = done.infusion.started_at
    assert started is not None
    assert (infusion.date, infusion.start, infusion.completed) == (
        infusions.MONDAY,
        site.local(started).time().replace(second=0, microsecond=0),
        True,
    )


def test_an_infusion_under_way_is_not_an_infusion_yet(site: Site) -> None:
    infusions.infusion(site=site, at_state="infusing")
    (patient,) = cohort(sources(site)[0], as_of=infusions.MONDAY).patients
    assert patient.infusions == ()


def test_scores_from_the_browser_reach_the_tables(site: Site) -> None:
    chair = infusions.visit(site=site)
    before = site.instant(infusions.MONDAY - timedelta(days=3), 600)
    questionnaires.completed(site=site, patient=chair.patient, at=before)
    infusions.infusion(site=site, at_state="discharged", visit=chair)
    questionnaires.completed(
        site=site,
        patient=chair.patient,
        at=site.instant(infusions.MONDAY + timedelta(days=4), 600),
        values=(1,) * 8 + (0,) + (0,) * 7,
    )
    shown = dashboard(sources(site)[0], as_of=date(2026, 12, 31), definitions=Definitions())
    phq = next(row for row in shown.rows if row.measure.name == "PHQ-9")
    assert (phq.cells[0].ours.improved, phq.cells[0].ours.n) == (1, 1)
    assert (shown.patients, shown.infusions, shown.since) == (1, 1, infusions.MONDAY)
    assert not shown.is_empty


def test_the_page_takes_at_most_six_queries_for_its_facts(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    with CaptureQueriesContext(connection) as queries:
        shown = dashboard(sources(site)[1], as_of=AS_OF, definitions=Definitions())
    assert len(queries) <= 6
    assert shown.completion.counts == {5: 4, 4: 0, 3: 0, 2: 0, 1: 0, 0: 0}
    assert shown.rows[0].measure.name == "PHQ-9"
    cell = shown.rows[0].cells[0]
    assert (cell.ours.improved, cell.ours.n, cell.better, cell.ours.worsened) == (1, 3, 1, 1)
    assert str(cell.mean) == "-1.0"
    assert (cell.is_few, cell.outside) == (True, "")


def test_the_patients_behind_a_cell_are_its_denominator(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    measure = measure_named("phq-9")
    assert measure is not None
    found = behind(study(Asked(sources(site)[1], AS_OF)), measure=measure, window="last")
    assert [line.record_number for line in found.paired] == ["A", "B", "C"]
    assert [line.record_number for line in found.improved] == ["A"]
    assert [line.record_number for line in found.left_out] == ["D"]


def test_an_early_as_of_date_forgets_what_came_later(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    shown = dashboard(sources(site)[1], as_of=registry.FIRST, definitions=Definitions())
    assert shown.infusions == 4
    assert shown.completion.under_way == 4
    assert shown.finding == "No patient has both a baseline and a score in a window yet."
    before = dashboard(sources(site)[1], as_of=registry.FIRST - timedelta(days=1), definitions=Definitions())
    assert before.is_empty


def test_two_records_of_one_person_count_as_one_patient_with_everything_of_both(site: Site) -> None:
    first = infusions.infusion(site=site, at_state="discharged")
    second = infusions.infusion(site=site, at_state="discharged", monday=infusions.MONDAY + timedelta(days=7))
    kept, folded = first.visit.patient, second.visit.patient
    before = cohort(sources(site)[0], as_of=infusions.MONDAY)
    for sequence in folded.sequences.all():
        cancel_sequence(sequence=sequence, reason="unknown", by=first.nurse, at=second.at)
    merge = merge_patients(kept=kept, folded=folded, reason="The same.", by=first.nurse, at=second.at)
    found = cohort(sources(site)[0], as_of=infusions.MONDAY)
    assert len(before.patients) == 2
    (patient,) = found.patients
    assert (patient.pk, patient.record_number) == (kept.pk, kept.record_number)
    assert len(patient.infusions) == 2
    undo_merge(merge=merge, reason="Two people.", by=first.nurse, at=second.at)
    assert len(cohort(sources(site)[0], as_of=infusions.MONDAY).patients) == 2


def test_scores_of_a_merged_record_are_the_kept_patients(site: Site) -> None:
    sent = questionnaires.completed(site=site)
    folded = sent.assessment.patient
    kept = make.patient(site=site)
    by = make.actor("scheduler", site)
    scores = Score.objects.filter(patient=folded).count()
    merge_patients(kept=kept, folded=folded, reason="The same.", by=by, at=make.NOW)
    source = sources(site)[0]
    (patient,) = (one for one in cohort(source, as_of=AS_OF).patients if one.scores)
    assert (patient.pk, len(patient.scores), source.scored) == (kept.pk, scores, 1)
    with_scores = patient_panel(kept, at=make.NOW + timedelta(days=900), with_scores=True)
    assert with_scores.lines
    assert with_scores.sent
