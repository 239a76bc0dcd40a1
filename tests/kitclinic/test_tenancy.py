"""A row of one clinic cannot refer to a row of another: the database itself refuses, by name."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from kitclinic.models import Site, SiteOwned, StaffUser
from kitclinic.tenancy import same_site
from scheduling.models import GroupSeat, Patient, Sequence, Visit, Weight
from tests.factories import orders, people, suite
from tests.factories import outcomes as questionnaires
from tests.factories.scheduling import NOW, booked_patient, group_visit, patient


def links() -> list[tuple[str, str, str, str]]:
    """(child table, column, parent table, constraint) of every reference between rows of sites."""
    found = []
    for model in apps.get_models():
        if not _of_site(model):
            continue
        for field in model._meta.local_fields:
            related = field.related_model
            if (
                isinstance(field, models.ForeignKey)
                and field.name != "site"
                and isinstance(related, type)
                and _of_site(related)
            ):
                table = model._meta.db_table
                name = f"{table}_{field.name}_same_site"
                found.append((table, field.column, related._meta.db_table, name))
    return found


def _of_site(model: type[models.Model]) -> bool:
    return issubclass(model, SiteOwned)


def held() -> dict[str, tuple[str, str, list[str], list[str]]]:
    """The composite keys the database has: name -> child, parent, columns of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,"
            " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)"
            "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),"
            " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)"
            "  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)"
            " FROM pg_constraint c WHERE c.contype = 'f' AND c.convalidated AND c.conname LIKE '%same_site'"
        )
        return {name: (child, parent, ours, theirs) for name, child, parent, ours, theirs in cursor.fetchall()}


def test_every_reference_between_rows_of_sites_is_bound_to_one_site(db: None) -> None:
    expected = {
        name: (child, parent, ["site_id", column], ["site_id", "id"]) for child, column, parent, name in links()
    }
    assert len(expected) >= 25
    assert held() == expected


def test_the_names_of_the_keys_fit_and_differ() -> None:
    names = [name for *_, name in links()]
    assert [name for name in names if len(name) > 63] == []
    assert len(set(names)) == len(names)


def test_binding_again_changes_nothing(db: None) -> None:
    """A later migration of an app calls ``same_site`` again for its new tables."""
    before = held()

    class Editor:
        connection = connection

        def quote_name(self, name: str) -> str:
            return connection.ops.quote_name(name)

        def execute(self, statement: str, params: Any = ()) -> None:
            raise AssertionError(f"there was nothing to add: {statement}")

    for app in ("scheduling", "infusions", "outcomes"):
        same_site(app).code(apps, Editor())
    assert held() == before


@dataclass
class Two:
    """Two clinics with a patient each."""

    ours: Site
    theirs: Site
    patient: Patient
    stranger: Patient


@pytest.fixture
def two(site: Site, other_site: Site) -> Two:
    return Two(site, other_site, patient(site=site), patient(site=other_site))


def refused_by(name: str) -> Any:
    """The statement inside is refused when constraints are checked, and by this one."""

    class Refused:
        def __enter__(self) -> None:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            if error is None:
                try:
                    connection.check_constraints()
                except IntegrityError as caught:
                    error, kind = caught, type(caught)
            self.atomic.__exit__(kind, error, trace)
            assert isinstance(error, IntegrityError), "the database let it pass"
            assert error.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
            return True

    return Refused()


def test_a_weight_of_another_clinics_patient_is_refused(two: Two) -> None:
    nurse = people.staff("nurse", site=two.ours)
    with refused_by("scheduling_weight_patient_same_site"):
        Weight.objects.create(
            site=two.ours,
            patient=two.stranger,
            weight_kg="82.5",
            measured_at=NOW,
            measured_by=nurse,
            received_at=NOW,
        )


def test_a_seat_for_another_clinics_patient_is_refused(two: Two) -> None:
    group = group_visit(site=two.ours)
    with refused_by("scheduling_groupseat_patient_same_site"):
        GroupSeat.objects.create(site=two.ours, group=group, patient=two.stranger, support_person="Robin Quist")


def test_a_seat_moved_into_another_clinics_group_visit_is_refused(two: Two) -> None:
    seat = GroupSeat.objects.get(patient=booked_patient(site=two.ours))
    theirs = group_visit(site=two.theirs)
    with refused_by("scheduling_groupseat_group_same_site"):
        GroupSeat.objects.filter(pk=seat.pk).update(group=theirs)


def test_a_visit_moved_into_another_clinics_sequence_is_refused(two: Two) -> None:
    visit = Visit.objects.filter(sequence=suite.booked_sequence(two.ours)).first()
    theirs = suite.booked_sequence(two.theirs)
    assert visit is not None
    with refused_by("scheduling_visit_sequence_same_site"):
        Visit.objects.filter(pk=visit.pk).update(sequence=theirs, day_index=visit.day_index)


def test_an_order_for_another_clinics_sequence_is_refused_in_plain_sql(two: Two) -> None:
    order = orders.draft(orders.sequence(two.ours))
    theirs = orders.sequence(two.theirs)
    with refused_by("infusions_order_sequence_same_site"), connection.cursor() as cursor:
        cursor.execute("UPDATE infusions_order SET sequence_id = %s WHERE id = %s", [theirs.pk, order.pk])


def test_an_order_on_another_clinics_weight_is_refused_in_plain_sql(two: Two) -> None:
    order = orders.draft(orders.sequence(two.ours))
    weight = Weight.objects.filter(patient=orders.sequence(two.theirs).patient).get()
    with refused_by("infusions_order_weight_same_site"), connection.cursor() as cursor:
        cursor.execute("UPDATE infusions_order SET weight_id = %s WHERE id = %s", [weight.pk, order.pk])


def test_a_questionnaire_given_to_another_clinics_patient_is_refused_in_plain_sql(two: Two) -> None:
    sent = questionnaires.sent(site=two.ours)
    with refused_by("outcomes_assessment_patient_same_site"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outcomes_assessment SET patient_id = %s WHERE id = %s", [two.stranger.pk, sent.assessment.pk]
        )


def test_a_row_cannot_move_to_another_clinic_and_leave_its_children(two: Two) -> None:
    sequence = suite.booked_sequence(two.ours)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE scheduling_sequence SET site_id = %s WHERE id = %s", [two.theirs.pk, sequence.pk])
        with pytest.raises(IntegrityError, match="same_site"):
            connection.check_constraints()
        transaction.set_rollback(True)
    assert Sequence.objects.get(pk=sequence.pk).site == two.ours


def test_rows_of_one_clinic_pass(two: Two) -> None:
    suite.booked_sequence(two.ours)
    questionnaires.sent(site=two.theirs)
    connection.check_constraints()


def test_the_same_record_number_may_be_used_in_two_clinics(two: Two) -> None:
    Patient.objects.filter(pk=two.stranger.pk).update(record_number=two.patient.record_number)
    connection.check_constraints()
    assert Patient.objects.filter(record_number=two.patient.record_number).count() == 2


@pytest.mark.parametrize("model", [one for one in apps.get_models() if _of_site(one)], ids=str)
def test_every_key_of_a_clinics_rows_starts_with_its_site(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert constraint.fields[:1] == ("site",), constraint.name
    loose = [field.name for field in model._meta.local_fields if field.unique and not field.primary_key]
    one_to_one = [field.name for field in model._meta.local_fields if field.one_to_one]
    assert loose == one_to_one, "a unique column of its own is unique over all clinics"


def test_staff_of_another_clinic_see_none_of_our_pages(two: Two, as_user: Any) -> None:
    stranger: StaffUser = people.staff("scheduler", site=two.theirs)
    assert as_user(stranger).get(f"/patients/{two.patient.pk}/").status_code == 404
    assert as_user(people.staff("scheduler", site=two.ours)).get(f"/patients/{two.patient.pk}/").status_code == 200
