"""The database's half of ``kitclinic.display``, for queries that show a number themselves (migration 0006)."""

from typing import Any

from django.db.models import DecimalField, Func, TextField, Value


class HalfUp(Func):
    """``HalfUp("dose_mg", Decimal("0.1"))``: rounded to a whole multiple of step, a tie away from zero."""

    function = "kitclinic_half_up"
    arity = 2
    output_field = DecimalField()

    def __init__(self, value: Any, step: Any, **extra: Any) -> None:
        super().__init__(value, step if hasattr(step, "resolve_expression") else Value(step), **extra)


class Show(Func):
    """``Show("dose_mg", "mg")``: "41.25 mg", in the notation of ``display.show``; null stays null."""

    function = "kitclinic_show"
    arity = 2
    output_field = TextField()

    def __init__(self, value: Any, unit: Any = "", **extra: Any) -> None:
        super().__init__(value, unit if hasattr(unit, "resolve_expression") else Value(unit), **extra)
