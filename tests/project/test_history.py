"""Every row of the database is written once, or keeps its history, or is named here with the reason (REC-01)."""

import re

import pytest
from django.apps import apps
from django.db import connection, models

from kitclinic.append_only import AppendOnly
from kitclinic.history import KINDS, SECRETS, is_history

ACT = "its acts are audit events and transitions, written once, with who and when"
STEP = "columns are filled once, each with its time or person; the acts are audit events"
WORK = "work in hand of the machine or of a person; what comes of it is written elsewhere"
NEITHER = {
    "kitclinic.AuditWaiting": "a queue of the audit chain, kept by the database's own functions",
    "kitclinic.OutboxMessage": "a message on its way out; its text is never changed, only whether it was sent",
    "kitclinic.LongTask": WORK,
    "kitclinic.SignInTry": "what slows guessing down; a right one gets a row of its own, and all go after 30 days",
    "kitclinic.PaceCount": "how often somebody searched in this minute; begun anew in place",
    "kitclinic.StaffPin": "a secret; setting it is an audit event",
    "kitclinic.StaffInvitation": STEP,
    "scheduling.PatientMerge": STEP,
    "scheduling.GroupSeat": ACT,
    "scheduling.GroupWait": STEP,
    "scheduling.EducationGiven": STEP,
    "scheduling.Sequence": ACT,
    "scheduling.Visit": ACT,
    "scheduling.CalendarFeed": STEP,
    "scheduling.DriverLink": STEP,
    "scheduling.CoverNeeded": STEP,
    "scheduling.PlaceWait": STEP,
    "scheduling.PlaceOffer": STEP,
    "scheduling.Proposal": WORK,
    "scheduling.PlanAsk": WORK,
    "scheduling.Referral": ACT,
    "scheduling.ReferralFile": WORK,
    "infusions.Order": "a signed order changes its state only, by trigger; a draft is nobody's fact yet",
    "infusions.Infusion": "its state moves by transitions; what happened stands in rows written once",
    "outcomes.PieceUpload": WORK,
    "outcomes.PlannedAssessment": STEP,
    "outcomes.Assessment": ACT,
    "outcomes.AssessmentPart": STEP,
    "outcomes.ModelRun": WORK,
    "outcomes.ScoreFile": WORK,
    "outcomes.SafetyTask": "each step of it is a row written once",
    "outcomes.SavedView": STEP,
}
APPS = ("kitclinic", "scheduling", "infusions", "outcomes")


def _rows() -> list[type[models.Model]]:
    """What holds rows: no history, and no view of a table."""
    ours = [one for one in apps.get_models() if one._meta.app_label in APPS and one._meta.managed]
    return [one for one in ours if not is_history(one)]


def test_rec_01_every_model_is_written_once_or_keeps_history_or_says_why_not() -> None:
    found = {
        model._meta.label: [issubclass(model, AppendOnly), model in KINDS, model._meta.label in NEITHER]
        for model in _rows()
    }
    assert {label: places for label, places in found.items() if sum(places) != 1} == {}
    assert set(NEITHER) <= set(found)


def test_rec_02_no_history_holds_a_secret() -> None:
    columns = {f"{one._meta.label}.{field.name}" for one in apps.get_models() for field in one._meta.fields}
    of_history = {
        name for name in columns if re.search(r"Event\.", name) and not name.startswith("kitclinic.Audit")
    }
    assert {name for name in of_history if name.split(".")[-1] in {*SECRETS, "pin"}} == set()


def _events() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if is_history(model)]


def test_rec_02_each_history_is_closed_to_the_application_and_its_triggers_are_the_owners(db: None) -> None:
    with connection.cursor() as cursor:
        for table in _events():
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)
        cursor.execute(
            "SELECT c.relname, count(*), bool_and(p.prosecdef), min(array_to_string(p.proconfig, ' ')),"
            " bool_and(pg_get_userbyid(p.proowner) <> current_user), bool_and(t.tgenabled = 'O')"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgname LIKE 'pgtrigger\\_%%' GROUP BY 1"
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    sealed = (3, True, "search_path=pg_catalog, public, pg_temp", True, True)
    assert found == {model._meta.db_table: sealed for model in KINDS}
    assert len(_events()) == len(KINDS)


@pytest.mark.parametrize("model", list(KINDS), ids=lambda model: model._meta.label)
def test_rec_02_a_history_has_every_column_that_is_no_secret(model: type[models.Model]) -> None:
    kept = {field.name for field in model.history.rel.related_model._meta.fields}  # type: ignore[attr-defined]
    missing = {field.name for field in model._meta.local_fields} - kept
    assert missing <= {*SECRETS, "last_login", "theme", "state", "search_text", "version"}
