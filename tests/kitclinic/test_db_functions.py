"""The database rounds and writes numbers exactly as Python does."""

from decimal import Decimal

import pytest
from django.db import DataError, connection
from django.db.models import DecimalField, F
from django.db.models.functions import Cast
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.db_functions import HalfUp, Show
from kitclinic.display import half_up, show
from kitclinic.models import Site

CORNERS = ["0", "0.05", "-0.05", "0.04999", "41.25", "-2.5", "999.95", "1000", "1034.50", "1234567.125", "0.800"]
STEPS = ["0.001", "0.01", "0.1", "1", "5", "0.25"]


def asked(sql: str, *arguments: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall()


def test_dos_02_sql_rounds_like_python_at_every_corner(db: None) -> None:
    sql = "SELECT v, s, kitclinic_half_up(v, s) FROM unnest(%s::numeric[]) v, unnest(%s::numeric[]) s"
    rows = asked(sql, CORNERS, STEPS)
    assert len(rows) == len(CORNERS) * len(STEPS)
    for value, step, rounded in rows:
        assert rounded == half_up(value, step), (value, step)  # type: ignore[arg-type]


def test_dos_03_sql_writes_like_python_at_every_corner(db: None) -> None:
    for value, text, plain in asked(
        "SELECT v, kitclinic_show(v, 'mg'), kitclinic_show(v, '') FROM unnest(%s::numeric[]) v", CORNERS
    ):
        assert (text, plain) == (show(value, "mg"), show(value))  # type: ignore[arg-type]


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=6), min_size=50, max_size=50))
@settings(max_examples=20)
def test_dos_02_sql_and_python_agree_on_any_number(values: list[Decimal]) -> None:
    sql = "SELECT v, kitclinic_half_up(v, 0.01), kitclinic_show(v, 'mL') FROM unnest(%s::numeric[]) v"
    for value, rounded, text in asked(sql, values):
        assert rounded == half_up(value, Decimal("0.01"))  # type: ignore[arg-type]
        assert text == show(value, "mL")  # type: ignore[arg-type]


test_dos_02_sql_and_python_agree_on_any_number = pytest.mark.django_db(
    test_dos_02_sql_and_python_agree_on_any_number
)


def test_dos_02_a_missing_number_stays_missing(db: None) -> None:
    assert asked("SELECT kitclinic_half_up(NULL, 0.1), kitclinic_show(NULL, 'mg')") == [(None, None)]


@pytest.mark.parametrize(
    "call",
    [
        "kitclinic_half_up(1, 0)",
        "kitclinic_half_up(1, -0.1)",
        "kitclinic_half_up('NaN', 0.1)",
        "kitclinic_half_up('Infinity', 0.1)",
        "kitclinic_show('NaN', 'mg')",
        "kitclinic_show('-Infinity', 'mg')",
    ],
)
def test_dos_02_what_is_not_a_number_is_refused_in_sql_too(db: None, call: str) -> None:
    with pytest.raises(DataError, match=r"above zero|not a number"):
        asked(f"SELECT {call}")


def test_the_functions_never_change_and_run_in_parallel(db: None) -> None:
    found = asked(
        "SELECT proname, provolatile, proparallel FROM pg_proc"
        " WHERE proname IN ('kitclinic_half_up', 'kitclinic_show') ORDER BY proname"
    )
    assert found == [("kitclinic_half_up", "i", "s"), ("kitclinic_show", "i", "s")]


def test_a_query_uses_them_as_expressions(site: Site) -> None:
    rows = Site.objects.filter(pk=site.pk).annotate(
        wide=HalfUp(Cast("opens_minute", DecimalField(max_digits=9, decimal_places=2)) / 7, Decimal("0.1")),
        said=Show(F("opens_minute") * 1000, "min"),
    )
    row = rows.get()
    assert row.wide == half_up(Decimal(site.opens_minute) / 7, Decimal("0.1"))
    assert row.said == show(site.opens_minute * 1000, "min")
