"""An export is imported as a whole or not at all, once, into a site of its own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from infusions.models import RegistryInfusion
from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Refused
from outcomes.actions import import_registry
from outcomes.actions.registry import REPORTED
from outcomes.models import RegistryImport, Score
from scheduling.models import Patient
from tests.factories import registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
DAY = registry.FIRST


def counts() -> tuple[int, int, int, int]:
    models = (Patient, RegistryInfusion, Score, RegistryImport)
    one, two, three, four = (model._default_manager.count() for model in models)
    return one, two, three, four


def refused(site: Site, folder: Path) -> list[tuple[str, str]]:
    """Import, expect a refusal and nothing written; return (rule, sentence) of each problem."""
    before = counts()
    with pytest.raises(Refused) as caught:
        import_registry(site=site, directory=folder, by=None, at=AT)
    assert counts() == before
    return [(problem.rule, problem.sentence) for problem in caught.value.problems]


def test_an_export_becomes_patients_infusions_and_scores_of_a_registry_site(
    site: Site, lead: StaffUser, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    done = import_registry(
        site=site,
        directory=registry.export(tmp_path),
        label="Older years",
        by=lead,
        at=AT,
        progress=lambda *at: seen.append(at),
    )
    home = Site.objects.get(slug="juniper-registry")
    assert (home.name, home.registry_of, home.is_demo) == ("Juniper Street Infusion, registry", site, False)
    assert counts() == (4, 20, 7, 1)
    assert not done.is_repeat
    assert (done.record.patients, done.record.infusions, done.record.scores) == (4, 20, 7)
    assert seen[0] == (0, 31)
    assert seen[-1] == (31, 31)
    patient = Patient.objects.get(record_number="A")
    assert (patient.site, patient.is_registry, patient.age_at_first_infusion) == (home, True, 41)
    assert (patient.body_mass_index, patient.charlson_index) == (Decimal("28.7"), 0)
    score = Score.objects.get(patient=patient, date=DAY - timedelta(days=7))
    assert (score.value, score.minute, score.source) == (Decimal("15.0"), 450, "registry")
    infusion = RegistryInfusion.objects.get(patient=patient, session=1)
    assert (infusion.date, infusion.start_minute, infusion.status) == (DAY, 510, "completed")
    event = AuditEvent.objects.get(event="registry imported")
    assert (event.by, event.site, event.subject_id) == (lead, home, done.record.pk)
    assert event.detail == {"patients": 4, "infusions": 20, "scores": 7}
    assert Transition.objects.filter(site=home, to_state="cleared").count() == 4


def test_the_clinics_own_patient_list_stays_as_it_was(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    assert not Patient.objects.filter(site=site).exists()


def test_simulated_people_never_share_a_site_with_real_ones(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "real"), by=None, at=AT)
    done = import_registry(site=site, directory=registry.simulated(tmp_path / "made-up"), by=None, at=AT)
    assert (done.record.site.slug, done.record.label) == ("juniper-registry-simulated", "Made up")
    assert done.record.site.is_demo
    assert done.record.patients == 4


def test_the_same_files_again_add_nothing(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path)
    first = import_registry(site=site, directory=folder, by=None, at=AT)
    before = counts()
    again = import_registry(site=site, directory=folder, by=None, at=LATER)
    assert (again.is_repeat, again.record) == (True, first.record)
    assert counts() == before


def test_reg_09_the_same_lines_in_another_order_add_nothing(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "one"), by=None, at=AT)
    heading, *lines = registry.scores().splitlines()
    turned = "\n".join([heading, *reversed(lines)]) + "\n"
    again = import_registry(site=site, directory=registry.export(tmp_path / "two", pro=turned), by=None, at=LATER)
    assert again.is_repeat
    assert counts() == (4, 20, 7, 2)


def test_reg_09_an_extended_export_adds_only_what_is_new(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "one"), by=None, at=AT)
    folder = registry.export(
        tmp_path / "two",
        patients=registry.patients("E,60,male,Black,Single,,2,other"),
        infusions=registry.infusions(f"E,{DAY},09:30,1,1,stopped"),
        pro=registry.scores(f"E,GAD-7,{DAY},,9", f"A,GAD-7,{DAY},,9"),
    )
    done = import_registry(site=site, directory=folder, by=None, at=LATER)
    assert (done.record.patients, done.record.infusions, done.record.scores) == (1, 1, 2)
    assert counts() == (5, 21, 9, 2)


def test_reg_09_a_line_that_contradicts_an_earlier_import_is_refused(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "one"), by=None, at=AT)
    folder = registry.export(
        tmp_path / "two",
        patients=registry.patients().replace("A,41,", "A,42,"),
        infusions=registry.infusions().replace(f"A,{DAY},08:30,1,1,completed", f"A,{DAY},08:30,1,1,stopped"),
        pro=registry.scores().replace(",15\n", ",16\n", 1),
    )
    told = refused(site, folder)
    assert [rule for rule, _ in told] == ["REG-09"] * 3
    assert told[0][1] == "patients.csv, line 2: Patient A was imported before with another age."
    assert told[1][1].startswith(
        "infusions.csv, line 2: Patient A's infusion of 2023-01-02 was imported before as"
    )
    assert told[2][1] == "pro.csv, line 2: Patient A's PHQ-9 of 2022-12-26 was imported before as 15."


def test_reg_09_a_session_that_moved_to_another_day_is_refused(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path / "one"), by=None, at=AT)
    moved = registry.infusions().replace(f"A,{DAY},08:30,1,1", f"A,{DAY - timedelta(days=1)},08:30,1,1")
    told = refused(site, registry.export(tmp_path / "two", infusions=moved))
    assert (
        told[0][1] == "infusions.csv, line 2: Patient A's sequence 1, session 1 was imported before on 2023-01-02."
    )


@pytest.mark.parametrize(
    ("stem", "line", "rule", "says"),
    [
        ("patients", "A,50,male,White,Married,30,1,other", "REG-03", "Patient A is in this file twice"),
        ("patients", "E,150,male,White,Married,30,1,other", "REG-08", "age “150”"),
        (
            "patients",
            "AVERYLONGRECORDNUMBER,50,male,White,Married,30,1,other",
            "REG-08",
            "patient is longer than 20",
        ),
        ("infusions", f"Z,{DAY},08:30,1,1,completed", "REG-02", "Patient Z is not in patients.csv"),
        ("infusions", f"A,{DAY},08:30,2,1,completed", "REG-03", "twice"),
        ("infusions", "A,1975-01-01,08:30,2,1,completed", "REG-07", "too long ago"),
        ("pro", f"A,PHQ-8,{DAY},,9", "REG-04", "“PHQ-8” is not a known instrument"),
        ("pro", f"A,PHQ-9,{DAY},,28", "REG-05", "28"),
        ("pro", f"A,PHQ-9,{DAY},,9.5", "REG-05", "9.5"),
        ("pro", "A,PHQ-9,2027-01-01,,9", "REG-07", "in the future"),
        ("pro", f"A,PHQ-9,{DAY - timedelta(days=7)},07:30,15", "REG-03", "twice"),
    ],
)
def test_a_bad_line_refuses_the_whole_export_with_its_number(
    site: Site, tmp_path: Path, stem: str, line: str, rule: str, says: str
) -> None:
    text = {"patients": registry.patients, "infusions": registry.infusions, "pro": registry.scores}[stem](line)
    told = refused(site, registry.export(tmp_path, **{stem: text}))
    assert told[0][0] == rule
    assert told[0][1].startswith(f"{stem}.csv, line {len(text.splitlines())}: ")
    assert says in told[0][1]


def test_a_score_before_birth_is_refused(site: Site, tmp_path: Path) -> None:
    born = "patient,birth_date,sex\nA,2022-12-30,female\nB,1980-01-01,\nC,1980-01-01,\nD,1980-01-01,\n"
    told = refused(site, registry.export(tmp_path, patients=born))
    assert [rule for rule, _ in told] == ["REG-06"]
    assert "pro.csv, line 2" in told[0][1]


def test_every_bad_line_is_told_up_to_200_and_the_rest_is_counted(site: Site, tmp_path: Path) -> None:
    bad = [f"A,PHQ-9,{DAY},{minute // 60:02}:{minute % 60:02},99" for minute in range(REPORTED + 30)]
    told = refused(site, registry.export(tmp_path, pro=registry.scores(*bad)))
    assert len(told) == REPORTED + 1
    assert told[-1][1] == "And 30 more lines like these."


def test_a_failure_half_way_leaves_nothing(site: Site, tmp_path: Path) -> None:
    def fail(done: int, total: int) -> None:
        if done > 10:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT, progress=fail)
    assert counts() == (0, 0, 0, 0)


def test_missing_folders_and_unreadable_labels_are_refused_in_words(site: Site, tmp_path: Path) -> None:
    assert "There is no folder" in refused(site, tmp_path / "nowhere")[0][1]
    folder = registry.export(tmp_path / "odd")
    (folder / "about.toml").write_text("label = \n", encoding="utf-8")
    assert "about.toml cannot be read" in refused(site, folder)[0][1]
    (folder / "about.toml").write_text('simulated = "no"\n', encoding="utf-8")
    assert "simulated is true or false" in refused(site, folder)[0][1]


def test_a_registry_has_no_registry(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path)
    home = import_registry(site=site, directory=folder, by=None, at=AT).record.site
    assert "is a registry itself" in refused(home, folder)[0][1]


def test_reg_10_other_words_for_group_and_status_are_kept_as_other_and_told(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path, patients=registry.patients("E,60,unknown,Asian,Widowed,28.75,2,other"))
    done = import_registry(site=site, directory=folder, by=None, at=AT)
    patient = Patient.objects.get(record_number="E")
    assert (patient.ethnic_group, patient.marital_status, patient.sex) == ("Other/unknown", "Other/unknown", "")
    assert patient.body_mass_index == Decimal("28.8")
    assert done.notes[0] == "The race of 1 patient is kept as Other/unknown: Asian (REG-10)."
    again = import_registry(site=site, directory=folder, by=None, at=LATER)
    assert again.is_repeat


def test_two_infusions_on_one_day_are_kept_when_their_starts_differ(site: Site, tmp_path: Path) -> None:
    folder = registry.export(tmp_path, infusions=registry.infusions(f"A,{DAY},11:00,2,1,stopped"))
    import_registry(site=site, directory=folder, by=None, at=AT)
    assert RegistryInfusion.objects.filter(patient__record_number="A", date=DAY).count() == 2


def test_the_first_table_made_of_an_import_knows_how_many_rows_there_are(site: Site, tmp_path: Path) -> None:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = %s", [Score._meta.db_table])
        assert cursor.fetchone() == (Score.objects.count(),)
