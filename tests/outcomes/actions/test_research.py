"""Making a research export: who may, on which grounds, what is looked for, what stays on record."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.parquet import arrow
from kitclinic.problems import Refused
from kitclinic.roles import ROLES, Permission
from outcomes.actions import Grounds, MadeExport, import_registry, make_research_export, record_comment
from outcomes.actions import research as action
from outcomes.models import ResearchExport, Score
from outcomes.queries.cohorts import sources
from outcomes.queries.research import research_export, who_is_looked_for
from outcomes.queries.study import Asked
from outcomes.research_file import Export, read_export, research_of, unzipped
from outcomes.research_scan import fixed_words
from outcomes.rules.filters import Filters
from outcomes.rules.identifiers import words_in
from scheduling.actions import cancel_sequence, merge_patients
from scheduling.models import Patient
from tests.factories import infusions, people, registry
from tests.factories import outcomes as questionnaires

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
AS_OF = date(2026, 11, 2)
GROUNDS = Grounds("How long the effect of a first course lasts.", "IRB 2026-114", confirmed=True)
CANARY = "Quillandra"
EVERY_TEXT = """
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
    AND data_type IN ('text', 'character varying') AND table_name NOT LIKE 'django_%'
"""


def made(site: Site, by: StaffUser, grounds: Grounds = GROUNDS, **more: Any) -> MadeExport:
    """An export of the clinic, or of its registry."""
    source = sources(site)[more.pop("place", 0)]
    most = {"most_rows": more.pop("most_rows")} if "most_rows" in more else {}
    asked = Asked(source, more.pop("as_of", AS_OF), **more)
    return make_research_export(asked=asked, grounds=grounds, by=by, at=AT, **most)


def refused(site: Site, by: StaffUser, grounds: Grounds = GROUNDS, **more: Any) -> dict[str, str]:
    """Sentences by the field they stand at, and by their rule."""
    with pytest.raises(Refused) as caught:
        made(site, by, grounds, **more)
    return {problem.field or problem.rule: problem.sentence for problem in caught.value.problems}


def treated(site: Site, **fields: Any) -> infusions.Chair:
    """Somebody with a finished infusion and answers before and after it."""
    chair = infusions.visit(site=site, **fields)
    before = site.instant(infusions.MONDAY - timedelta(days=3), 600)
    questionnaires.completed(site=site, patient=chair.patient, at=before)
    done = infusions.infusion(site=site, at_state="discharged", visit=chair)
    questionnaires.completed(
        site=site, patient=chair.patient, at=site.instant(infusions.MONDAY + timedelta(days=4), 600)
    )
    return done


def test_what_is_made_is_on_record_with_its_digest_and_reads_back(site: Site, lead: StaffUser) -> None:
    treated(site)
    file = made(site, lead)
    record = ResearchExport.objects.get()
    assert (record, record.by, record.at, record.source) == (file.record, lead, AT, site.slug)
    assert (record.sha256, record.size) == (sha256(file.data).hexdigest(), len(file.data))
    assert (record.reason, record.approval, record.refused_for) == (GROUNDS.reason, GROUNDS.approval, "")
    assert (record.patients, record.infusions, record.scores) == (1, 1, 4)
    about = read_export(file.data).about
    assert (about.cut, about.definitions.digest) == (record.cut_digest, record.definitions_digest)
    event = AuditEvent.objects.get(event="research export made")
    assert (event.subject_id, event.by, event.detail["patients"]) == (record.pk, lead, 1)


def test_out_46_two_exports_of_the_same_rows_share_no_id(site: Site, lead: StaffUser) -> None:
    treated(site)
    first, second = (read_export(made(site, lead).data) for _ in range(2))
    assert first.about == second.about
    ids = [set(export.tables["patients"]["patient"].to_pylist()) for export in (first, second)]
    assert ids[0].isdisjoint(ids[1])


def test_out_47_48_50_a_chart_leaves_as_offsets_an_age_and_no_time(site: Site, lead: StaffUser) -> None:
    day = infusions.MONDAY
    treated(site, birth_date=day.replace(year=day.year - 90) + timedelta(days=1))  # 90 tomorrow
    file = made(site, lead)
    rows = {name: table.to_pylist() for name, table in read_export(file.data).tables.items()}
    assert rows["patients"][0]["age"] == 89
    assert [row["day"] for row in rows["infusions"]] == [0]
    assert sorted({row["day"] for row in rows["scores"]}) == [-3, 4]
    assert {row["before_start"] for row in rows["scores"]} == {None}


@pytest.mark.parametrize(("years", "age"), [(89, 89), (90, 90), (91, 90)])
def test_out_48_ages_at_the_boundary_of_a_birth_date(site: Site, lead: StaffUser, years: int, age: int) -> None:
    day = infusions.MONDAY
    treated(site, birth_date=day.replace(year=day.year - years))
    (row,) = read_export(made(site, lead).data).tables["patients"].to_pylist()
    assert row["age"] == age


def test_two_records_of_one_person_leave_as_one_patient(site: Site, lead: StaffUser, nurse: StaffUser) -> None:
    first = infusions.infusion(site=site, at_state="discharged")
    second = infusions.infusion(site=site, at_state="discharged", monday=infusions.MONDAY + timedelta(days=7))
    folded = second.visit.patient
    for sequence in folded.sequences.all():
        cancel_sequence(sequence=sequence, reason="unknown", by=first.nurse, at=second.at)
    merge_patients(kept=first.visit.patient, folded=folded, reason="The same.", by=first.nurse, at=second.at)
    tables = read_export(made(site, lead).data).tables
    assert tables["patients"].num_rows == 1
    assert tables["infusions"]["day"].to_pylist() == [0, 7]


def test_a_registry_without_birth_dates_leaves_with_the_ages_it_gave(
    site: Site, lead: StaffUser, tmp_path: Path
) -> None:
    more = registry.patients("E,94,male,Black,Single,,3,neuropathic")
    import_registry(site=site, directory=registry.export(tmp_path, patients=more), by=None, at=AT)
    file = made(site, lead, place=1)
    tables = read_export(file.data).tables
    assert sorted(tables["patients"]["age"].to_pylist()) == [41, 41, 41, 41, 90]
    assert file.record.source == "juniper-registry"
    treated_rows = [row for row in tables["patients"].to_pylist() if row["first_year"]]
    assert [row["first_year"] for row in treated_rows] == [2023] * 4
    assert (tables["infusions"].num_rows, tables["scores"].num_rows) == (20, 7)


# -- nothing that was typed


def test_out_49_54_no_text_of_the_whole_database_is_in_the_file(
    site: Site, lead: StaffUser, nurse: StaffUser
) -> None:
    chair = treated(site)
    patient = chair.visit.patient
    named = ("given_name", "family_name", "preferred_name", "phone", "address", "language", "diagnosis")
    Patient.objects.filter(pk=patient.pk).update(
        record_number="KT-QUILL-1",
        email="quillandra@inbox.example",
        **{name: f"{CANARY} {place}" for place, name in enumerate(named)},
    )
    StaffUser.objects.filter(pk=nurse.pk).update(name=f"{CANARY} Nurse", credentials=CANARY)
    Site.objects.filter(pk=site.pk).update(name=f"{CANARY} Infusion", address=f"1 {CANARY} Street", phone=CANARY)
    Score.objects.create(
        site=site,
        patient=patient,
        measure="PHQ-9",
        value=7,
        date=infusions.MONDAY + timedelta(days=20),
        source="elsewhere",
        entered_by=nurse,
        recorded_at=AT,
        **dict.fromkeys(("origin", "reason", "instrument", "engine", "rule_set", "bank_version", "band"), CANARY),
    )
    sent = questionnaires.completed(site=site, patient=patient, at=site.instant(AS_OF - timedelta(days=5), 600))
    record_comment(assessment=sent.assessment, sitting=None, text=CANARY, key=uuid4(), at=sent.at)
    site.refresh_from_db()
    file = made(site, lead)
    members = unzipped(file.data)
    for name, content in members.items():
        assert CANARY.lower().encode() not in content.lower(), name
    spoken = set().union(*(words_in(content.decode(errors="replace")) for content in members.values()))
    typed = _every_word()
    assert CANARY.lower() in typed
    digests = {file.record.cut_digest, file.record.definitions_digest}  # on record since
    assert {word for word in spoken & typed if len(word) > 4 and not word.isdigit()} - digests <= fixed_words()


def _every_word() -> set[str]:
    """Every word of every text in the database."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(EVERY_TEXT)
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (text,) in cursor.fetchall():
                found |= words_in(text)
    return found


def test_out_54_names_numbers_and_addresses_of_everybody_are_looked_for(
    site: Site, lead: StaffUser, other_site: Site
) -> None:
    patient = treated(
        site, family_name="Brannigan", email="zoe@inbox.example", address="9 Elmhollow Row"
    ).visit.patient
    Site.objects.filter(pk=site.pk).update(address="77 Quarrystone")
    people.staff("nurse", site=other_site, username="elsewherenurse", name="Somebody Elsewhere")
    known = who_is_looked_for(Site.objects.get(pk=site.pk))
    wanted = words_in(patient.record_number) | {
        "brannigan",
        "inbox",
        "elmhollow",
        "quarrystone",
        "adeyemi",
        "ravi",
    }
    assert {word for word in wanted if len(word) > 2} <= known
    assert "somebody" not in known
    assert not known & {"infusion", "patient", "white", "other"}


def test_out_54_a_name_that_is_a_word_of_every_export_stops_none(site: Site, lead: StaffUser) -> None:
    treated(site, given_name="May", family_name="White", preferred_name="Score")
    assert made(site, lead).record.patients == 1


# -- what is refused


def broken(found: Any, *, ids: tuple[str, ...], order: Any) -> Export:
    """What careless code would hand over: a patient's name for a diagnosis."""
    export = research_export(found, ids=ids, order=order)
    table = export.tables["patients"]
    names = arrow().array([CANARY] * table.num_rows)
    tables = {**export.tables, "patients": table.set_column(5, "diagnosis", names)}
    return Export(export.about, tables)


def test_out_56_a_canary_is_refused_and_only_the_rule_is_on_record(
    site: Site, lead: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    treated(site, given_name=CANARY)
    monkeypatch.setattr(action, "research_export", broken)
    told = refused(site, lead)
    assert set(told) == {"OUT-53", "OUT-54", "OUT-56"}
    assert CANARY not in " ".join(told.values())
    record = ResearchExport.objects.get()
    assert (record.refused_for, record.sha256, record.size) == ("OUT-53, OUT-54", "", 0)
    event = AuditEvent.objects.get(event="research export refused")
    assert event.detail["rules"] == ["OUT-53", "OUT-54"]
    assert not AuditEvent.objects.filter(event="research export made").exists()
    assert CANARY not in str([record.__dict__, event.__dict__])


@pytest.mark.parametrize("role", ROLES)
def test_out_57_clinic_leads_and_analysts_alone_make_exports(site: Site, role: str) -> None:
    treated(site)
    by = people.staff(role, site=site)
    assert by.may(Permission.EXPORT_RESEARCH) == (role in {"clinic_lead", "analyst"})
    if by.may(Permission.EXPORT_RESEARCH):
        assert made(site, by).data
    else:
        assert "role does not allow" in refused(site, by)["OUT-57"]
        assert not ResearchExport.objects.exists()


def test_somebody_of_another_clinic_makes_none(site: Site, other_site: Site) -> None:
    treated(site)
    assert "role does not allow" in refused(site, people.staff("clinic_lead", site=other_site))["OUT-57"]


@pytest.mark.parametrize(
    ("grounds", "field"),
    [
        (replace(GROUNDS, reason="x" * 19), "reason"),
        (replace(GROUNDS, reason=" " * 30), "reason"),
        (replace(GROUNDS, reason="x" * 501), "reason"),
        (replace(GROUNDS, approval=" "), "approval"),
        (replace(GROUNDS, approval="x" * 81), "approval"),
        (replace(GROUNDS, confirmed=False), "confirmed"),
    ],
)
def test_out_57_no_export_without_its_grounds(site: Site, lead: StaffUser, grounds: Grounds, field: str) -> None:
    treated(site)
    assert set(refused(site, lead, grounds)) == {field}
    assert not ResearchExport.objects.exists()


def test_out_57_twenty_characters_are_a_reason(site: Site, lead: StaffUser) -> None:
    treated(site)
    assert made(site, lead, replace(GROUNDS, reason="x" * 20)).record.reason == "x" * 20


@pytest.mark.parametrize(
    "filters", [Filters(since=date(2026, 1, 1)), Filters(until=date(2026, 12, 31)), Filters(category="Own words")]
)
def test_out_51_days_and_own_categories_do_not_narrow_an_export(
    site: Site, lead: StaffUser, filters: Filters
) -> None:
    treated(site)
    assert refused(site, lead, filters=filters)["OUT-51"].startswith("Take away")


def test_out_51_an_export_can_be_narrowed_by_what_it_tells_anyway(site: Site, lead: StaffUser) -> None:
    treated(site)
    file = made(site, lead, filters=Filters(sex="female", which="first"))
    assert read_export(file.data).about.words == "female, first course"


def test_nobody_is_said_in_words(site: Site, lead: StaffUser) -> None:
    assert refused(site, lead)["OUT-51"] == "There is nobody to export on this day under these filters."
    treated(site)
    assert "nobody" in refused(site, lead, as_of=date(2001, 1, 1))["OUT-51"]


def test_out_59_more_rows_than_a_page_makes_are_for_the_command(site: Site, lead: StaffUser) -> None:
    treated(site)  # one patient, one infusion, four scores
    assert "This export has 6 rows, more than the 5" in refused(site, lead, most_rows=5)["OUT-59"]
    assert made(site, lead, most_rows=6).record.scores == 4
    assert made(site, lead, most_rows=None).record.scores == 4


# -- what is on record stays


@pytest.mark.parametrize(
    "sql",
    ["UPDATE outcomes_researchexport SET reason = 'x'", "DELETE FROM outcomes_researchexport"],
)
def test_the_record_is_written_once(site: Site, lead: StaffUser, sql: str) -> None:
    treated(site)
    record = made(site, lead).record
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(TypeError):
        record.save()
    with pytest.raises(TypeError):
        record.delete()
    assert ResearchExport.objects.get().reason == GROUNDS.reason


def test_a_record_is_of_a_file_or_of_a_refusal_and_never_without_grounds(site: Site, lead: StaffUser) -> None:
    treated(site)
    record = made(site, lead).record
    fields = {field.attname: getattr(record, field.attname) for field in record._meta.fields if field.name != "id"}
    for wrong, name in (
        ({"sha256": ""}, "made_or_refused"),
        ({"refused_for": "OUT-53"}, "made_or_refused"),
        ({"reason": ""}, "has_reason_and_approval"),
        ({"approval": ""}, "has_reason_and_approval"),
    ):
        with pytest.raises(DatabaseError, match=f"research_export_{name}"), transaction.atomic():
            ResearchExport.objects.create(**fields | wrong)


def test_which_patient_had_which_id_is_kept_nowhere(site: Site, lead: StaffUser) -> None:
    treated(site)
    ids = research_of(read_export(made(site, lead).data)).ids
    assert all(re.fullmatch(r"S[B-Z2-9]{10}", one) for one in ids)
    assert not _every_word() & {one.casefold() for one in ids}
    assert np.unique(ids).size == len(ids)
