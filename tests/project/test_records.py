"""Every table is in the retention policy, and everything that leads to a patient is in the copy of the records."""

from django.apps import apps
from django.db import connection, models

from kitclinic.append_only import AppendOnly
from kitclinic.models import StaffUser
from kitclinic.patient_record import left_out, parts
from kitclinic.retention import policy
from scheduling.models import Patient

OURS = ("kitclinic", "scheduling", "infusions", "outcomes")
KEYS = {"kitclinic.AuditEvent", "kitclinic.OutboxMessage", "kitclinic.Transition"}  # lead there without a key


def _ours() -> list[type[models.Model]]:
    """What holds rows: no history, and no view of a table."""
    ours = [one for one in apps.get_models() if one._meta.app_label in OURS and one._meta.managed]
    return [one for one in ours if "pgh_obj" not in _names(one)]


def _leads_to_staff(model: type[models.Model]) -> bool:
    """Whether a table of a package holds rows about people of the staff."""
    keys = [one.related_model for one in model._meta.local_fields if one.is_relation]
    return (
        model._meta.managed and not model._meta.proxy and model._meta.app_label not in OURS and StaffUser in keys
    )


def _names(model: type[models.Model]) -> set[str]:
    return {one.name for one in model._meta.local_fields}


def test_rec_04_the_policy_names_every_table_once() -> None:
    named = [label for kind in policy() for label in kind.models]
    of_staff = {model._meta.label for model in apps.get_models() if _leads_to_staff(model)}
    assert {label for label in named if label.split(".")[0] in OURS} == {model._meta.label for model in _ours()}
    assert of_staff <= set(named)
    assert len(named) == len(set(named))
    assert all(set(kind.undo) <= set(kind.models) for kind in policy())


def test_rec_04_what_is_written_once_is_never_thrown_away() -> None:
    thrown = {label for kind in policy() if kind.is_thrown_away for label in kind.models}
    assert [label for label in thrown if issubclass(apps.get_model(label), AppendOnly)] == []


def test_rec_05_the_application_may_delete_work_in_hand_only(db: None) -> None:
    may, undo = set(), {label for kind in policy() for label in kind.undo}
    with connection.cursor() as cursor:
        for model in _ours():
            cursor.execute("SELECT has_table_privilege(%s, 'DELETE')", [model._meta.db_table])
            if cursor.fetchone() == (True,):
                may.add(model._meta.label)
    assert may == undo & {model._meta.label for model in _ours()}


def _lead_to_a_patient() -> set[type[models.Model]]:
    found: set[type[models.Model]] = {Patient}
    while True:
        more = {
            model
            for model in apps.get_models()
            for one in model._meta.local_fields
            if one.is_relation and one.related_model in found and model not in found
        }
        if not more:
            return found
        found |= more


def test_rec_07_everything_that_leads_to_a_patient_is_in_the_copy_or_left_out_for_a_reason() -> None:
    leading = {model._meta.label for model in _lead_to_a_patient()}
    told = {part.model._meta.label for part in parts()}
    assert told & set(left_out()) == set()
    assert (told | set(left_out())) == leading | KEYS
    assert all(left_out().values())
