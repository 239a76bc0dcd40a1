"""What the database holds about orders, whoever writes: each constraint broken once, by its name."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from infusions.models import Affirmation, Formulary, Order
from kitclinic.models import Signature
from tests.factories import orders as factory


@pytest.fixture
def signed(site):
    return factory.signed(site)


@pytest.fixture
def draft(site):
    return factory.draft(factory.sequence(site))


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "change",
    [
        "dose_mg = dose_mg + 1, weight_kg = weight_kg + 2",
        "note = 'changed'",
        "draw_ml = 0.9",
        "no_ondansetron = 'long_qt'",
        "signature_id = NULL, signed_at = NULL, state = 'draft'",
        "signed_at = now()",
        "supersedes_reason = 'because'",
        "version = 7",
    ],
)
def test_ord_09_plain_sql_cannot_edit_a_signed_order(signed, change):
    with pytest.raises(IntegrityError, match="A signed order is never edited"):
        run(f"UPDATE infusions_order SET {change} WHERE id = %s", signed.pk)
    before = signed.signature.text
    signed.refresh_from_db()
    assert signed.signature.text == before


def test_ord_09_plain_sql_may_move_a_signed_order_to_another_state(signed):
    run("UPDATE infusions_order SET state = 'held', held_because = 'x' WHERE id = %s", signed.pk)
    signed.refresh_from_db()
    assert signed.state == "held"


def test_orders_are_never_deleted(draft, signed):
    for order in (draft, signed):
        with pytest.raises(DatabaseError):
            run("DELETE FROM infusions_order WHERE id = %s", order.pk)
    assert Order.objects.count() == 2


def test_a_signature_and_an_affirmation_are_written_once(site):
    factory.release(factory.held(site))
    for statement in ("UPDATE {} SET site_id = site_id", "DELETE FROM {}"):
        for table in ("kitclinic_signature", "infusions_affirmation"):
            with pytest.raises(DatabaseError):
                run(statement.format(table))
    assert (Signature.objects.count(), Affirmation.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("dose_mg = 40", "order_dose_is_exact"),
        ("signed_at = now()", "order_signed_all_or_nothing"),
        ("state = 'signed'", "order_state_needs_signature"),
        ("no_ondansetron = 'other'", "order_no_ondansetron_has_reason"),
    ],
)
def test_a_draft_cannot_hold_what_no_order_may_say(draft, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        run(f"UPDATE infusions_order SET {change} WHERE id = %s", draft.pk)


@pytest.mark.parametrize(("version", "constraint"), [(1, "order_version_once"), (2, "order_one_current")])
def test_a_sequence_has_one_current_order_and_each_version_once(draft, version, constraint):
    draft.pk, draft.version = None, version
    if version == 1:
        draft.state = "discontinued"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        draft.save(force_insert=True)


def test_an_order_belongs_to_the_site_of_its_sequence(draft, other_site):
    draft.pk, draft.version, draft.state, draft.site = None, 2, "discontinued", other_site

    def write() -> None:
        with transaction.atomic():
            draft.save(force_insert=True)
            run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="same_site"):
        write()


def test_an_affirmation_needs_its_reason(signed, site):
    signature = Signature.objects.get()
    with pytest.raises(IntegrityError, match="affirmation_has_reason"), transaction.atomic():
        Affirmation.objects.create(
            site=site,
            order=signed,
            signature=signature,
            weight=signed.weight,
            reason="",
            at=signed.signed_at + timedelta(hours=1),
        )


@pytest.mark.parametrize("strength", [1, 5, 500])
def test_dos_04_only_strengths_that_exist_are_stocked(site, strength):
    with pytest.raises(IntegrityError, match="formulary_strength_exists"), transaction.atomic():
        Formulary.objects.create(site=site, strength_mg_per_ml=strength)


def test_a_clinic_has_one_formulary(site):
    Formulary.objects.create(site=site)
    with pytest.raises(IntegrityError, match="formulary_once"), transaction.atomic():
        Formulary.objects.create(site=site)
