"""What the database refuses by itself, to anybody who writes SQL as the application's role."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from infusions import actions
from infusions.models import Movement, Vial
from kitclinic import signing
from kitclinic.db import explain
from tests.factories import infusions, ledger, people
from tests.races import race


def insert(**fields):
    """Write a movement past every rule."""
    with transaction.atomic():
        return Movement.objects.create(**fields)


def broken(**fields):
    with pytest.raises(IntegrityError) as error:
        insert(**fields)
    sentence = explain(error.value).sentence
    assert sentence.endswith(".")
    return error.value.__cause__.diag.constraint_name


@pytest.fixture
def vial(site, at):
    return ledger.vial(site, at=at)


@pytest.fixture
def draw(infusion, vial, by, at):
    (row,) = actions.withdraw(infusion=infusion, parts=[(vial, Decimal("0.83"))], by=by, at=at, key=uuid4())
    return row


@pytest.fixture
def row(vial, by, at):
    """``row(kind, mg)``: the columns of a movement of the vial."""

    def of(kind, mg, **fields):
        mg = Decimal(mg)
        given = {"site": vial.site, "vault": vial.vault, "vial": vial, "kind": kind, "mg": mg, "ml": mg / 50}
        given |= {"key": uuid4(), "by": by, "reason": "x", "occurred_at": at, "received_at": at}
        return given | fields

    return of


@pytest.fixture
def dose(draw, row):
    """``dose(kind, mg)``: the columns of a movement of the drawn dose."""
    mine = {"draw": draw, "infusion": draw.infusion}
    return lambda kind, mg, **fields: row(kind, mg, **mine | fields)


def signed(witness, at, meaning="witnessed"):
    proof = ledger.proof_of(witness, at)
    signature = signing.sign(text="w", meaning=meaning, by=witness, proof=proof, at=at, site=witness.site)
    return {"witness": witness, "signature": signature}


def test_led_03_no_vial_falls_below_nothing(infusion, row):
    assert insert(**row("withdrawn", "499.999", infusion=infusion))
    assert broken(**row("withdrawn", "0.002", infusion=infusion)) == "ledger_vial_below_zero"
    assert broken(**row("discrepancy", "-0.002")) == "ledger_vial_below_zero"
    assert insert(**row("discrepancy", "-0.001"))


def test_led_03_no_dose_falls_below_nothing(dose, second, at):
    assert insert(**dose("administered", "41.499"))
    assert broken(**dose("administered", "0.002")) == "ledger_dose_below_zero"
    assert broken(**dose("discrepancy", "-0.002")) == "ledger_dose_below_zero"
    assert broken(**dose("wasted", "0.002", **signed(second, at))) == "ledger_dose_below_zero"


def test_led_04_no_vial_holds_more_than_its_label_and_no_dose_more_than_was_drawn(row, dose):
    assert broken(**row("discrepancy", "41.501")) == "ledger_vial_above_label"
    assert broken(**dose("discrepancy", "0.001")) == "ledger_dose_above_drawn"
    assert insert(**dose("administered", "10"))
    assert broken(**dose("discrepancy", "10.001")) == "ledger_dose_above_drawn"
    assert insert(**dose("discrepancy", "10"))


def test_a_vial_is_received_once_and_full(site, vial, row):
    assert broken(**row("received", "500")) == "ledger_vial_received_once"
    new = Vial.objects.create(site=site, receipt=vial.receipt, vault=vial.vault, product=vial.product, number=999)
    assert broken(**row("received", "499.999", vial=new)) == "ledger_vial_received_once"
    assert broken(**row("discrepancy", "-1", vial=new)) == "ledger_vial_below_zero"
    assert insert(**row("received", "500", vial=new))


def test_led_15_a_return_is_whole_and_untouched_and_ends_the_dose(dose):
    assert broken(**dose("returned", "41.499")) == "ledger_return_is_whole"
    assert broken(**dose("returned", "41.501")) == "ledger_return_is_whole"
    assert insert(**dose("returned", "41.5"))
    assert broken(**dose("returned", "41.5")) == "ledger_return_is_whole"
    assert broken(**dose("discrepancy", "1")) == "ledger_dose_above_drawn"
    assert broken(**dose("administered", "0.001")) == "ledger_dose_below_zero"


def test_a_touched_dose_does_not_go_back(dose):
    insert(**dose("administered", "1"))
    insert(**dose("discrepancy", "1"))
    assert broken(**dose("returned", "41.5")) == "ledger_return_is_whole"


@pytest.mark.parametrize("ml", ["-0.01999", "-0.02001"])
def test_led_01_mg_and_ml_agree_with_the_strength(row, ml):
    assert broken(**row("discrepancy", "-1", ml=Decimal(ml))) == "ledger_amounts_agree"


@pytest.mark.parametrize("amounts", [{"mg": "NaN", "ml": "NaN"}, {"ml": "NaN"}, {"mg": "NaN"}])
def test_led_01_what_is_no_number_is_no_amount(row, amounts):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        plainly(cursor, row("discrepancy", "1") | amounts)


def plainly(cursor, columns):
    """Write a movement as SQL alone; columns: as of ``row``."""
    values = {f"{name}_id" if hasattr(value, "pk") else name: value for name, value in columns.items()}
    names = ", ".join(values)
    given = [getattr(value, "pk", value) for value in values.values()]
    places = ", ".join(["%s"] * len(given))
    cursor.execute(f"INSERT INTO public.infusions_movement ({names}) VALUES ({places})", given)


def test_vault_vial_and_dose_belong_together(site, other_site, infusion, row, dose, at, by):
    other = infusions.chair(site=site, minute=550).arrive().infusion
    foreign = ledger.vial(other_site, at=at)
    vault = ledger.vial(site, at=at).vault.__class__.objects.create(site=site, name="Second vault")
    assert broken(**row("discrepancy", "-1", vault=vault)) == "ledger_vault_agrees"
    assert broken(**row("discrepancy", "-1", vial=foreign, vault=foreign.vault)) == "ledger_vault_agrees"
    assert broken(**dose("administered", "1", infusion=other)) == "ledger_draw_agrees"
    assert broken(**dose("administered", "1", vial=ledger.vial(site, at=at))) == "ledger_draw_agrees"
    given = insert(**dose("administered", "1"))
    assert broken(**dose("administered", "1") | {"draw": given}) == "ledger_draw_agrees"


def test_led_13_the_witness_has_signed_and_is_of_the_clinic(row, second, physician, at, other_site):
    away = people.staff("nurse", site=other_site)
    mine = signed(second, at)
    assert broken(**row("wasted", "1", witness=physician, signature=mine["signature"])) == "ledger_witness_signs"
    assert broken(**row("wasted", "1", **signed(second, at, "reviewed"))) == "ledger_witness_signs"
    assert broken(**row("wasted", "1", **signed(away, at))) == "ledger_witness_signs"
    assert broken(**row("wasted", "1", **mine) | {"by": second}) == "movement_waste_is_witnessed"
    assert insert(**row("wasted", "1", **mine))


TRICKS = (
    "UPDATE infusions_movement SET mg = 1",
    "DELETE FROM infusions_movement",
    "TRUNCATE infusions_movement",
    "TRUNCATE infusions_movement CASCADE",
    "ALTER TABLE infusions_movement DISABLE TRIGGER ALL",
    "ALTER TABLE infusions_movement DISABLE TRIGGER ledger_balances",
    "DROP TRIGGER ledger_balances ON infusions_movement",
    "DROP FUNCTION kitclinic_ledger_balances() CASCADE",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION public.kitclinic_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION kitclinic_ledger_balances() SECURITY INVOKER",
    "ALTER FUNCTION kitclinic_ledger_balances() SET search_path = pg_temp",
    "CREATE RULE keep AS ON INSERT TO infusions_movement DO INSTEAD NOTHING",
    "CREATE FUNCTION pg_temp.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    "CREATE TRIGGER a_swallow BEFORE INSERT ON infusions_movement FOR EACH ROW EXECUTE FUNCTION pg_temp.swallow()",
    "SELECT * FROM infusions_movement FOR UPDATE",
    "SELECT kitclinic_ledger_balances()",
    "UPDATE infusions_vial SET number = number",
    "DELETE FROM infusions_vial",
    "UPDATE infusions_receipt SET vials = 1",
    "UPDATE infusions_countline SET counted_mg = expected_mg",
    "UPDATE infusions_discrepancy SET found_by_id = found_by_id",
    "DELETE FROM infusions_discrepancyanswer",
    "UPDATE infusions_product SET vial_ml = 1000",
)


@pytest.mark.parametrize("statement", TRICKS)
def test_no_trick_of_the_application_s_role_changes_what_is_written(draw, statement):
    before = list(Movement.objects.order_by("pk").values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Movement.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO infusions_movement SELECT * FROM infusions_movement WHERE id = {id} "
        "ON CONFLICT (id) DO UPDATE SET mg = 1, ml = 0.02",
        "MERGE INTO infusions_movement m USING (SELECT {id} AS id) s ON m.id = s.id WHEN MATCHED THEN DELETE",
    ],
)
def test_no_insert_is_an_update_in_disguise(draw, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(id=draw.pk))
    draw.refresh_from_db()
    assert draw.mg == Decimal("41.5")


def test_a_table_of_the_same_name_in_front_of_it_does_not_mislead_the_balance(infusion, vial, row):
    insert(**row("withdrawn", "499.999", infusion=infusion))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE infusions_vial (LIKE public.infusions_vial)")
        cursor.execute("SET LOCAL search_path = pg_temp, public")
        with pytest.raises(IntegrityError, match="not in this vial"), transaction.atomic():
            plainly(cursor, row("withdrawn", "1", infusion=infusion))


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_is_never_summed(committed_db, level):
    site = people.site()
    chair = infusions.chair(site=site).arrive()
    vial = ledger.vial(site, at=chair.at)
    given = {"site": site, "vault": vial.vault, "vial": vial, "kind": "withdrawn", "infusion": chair.infusion}
    given |= {"mg": Decimal(1), "ml": Decimal("0.02"), "key": uuid4(), "by": chair.nurse}
    given |= {"occurred_at": chair.at, "received_at": chair.at}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        with pytest.raises(IntegrityError, match="READ COMMITTED"):
            insert(**given)


def test_as_many_plain_inserts_at_once_pass_as_fit_into_the_vial(committed_db):
    site = people.site()
    chair = infusions.chair(site=site).arrive()
    vial = ledger.vial(site, at=chair.at)
    at = chair.at + timedelta(minutes=1)

    def one():
        mg = Decimal(120)  # 500 mg: four fit
        given = {"site": site, "vault": vial.vault, "vial": vial, "kind": "withdrawn", "infusion": chair.infusion}
        given |= {"mg": mg, "ml": mg / 50, "key": uuid4(), "by": chair.nurse}
        return insert(**given, occurred_at=at, received_at=at)

    done, lost = race(*[one] * 9)
    assert (len(done), len(lost)) == (4, 5)
    assert {error.__cause__.diag.constraint_name for error in lost} == {"ledger_vial_below_zero"}
