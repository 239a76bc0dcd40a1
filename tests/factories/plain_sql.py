"""Statements as another program might write them: past every action, as the application's role."""

from collections.abc import Sequence as Values
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kitclinic.db import REFUSED, explain
from kitclinic.models import Site
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.rules.capacity import Lengths
from scheduling.states import SequenceState
from tests.factories.suite import MONDAY, patient_for


def run(statement: str, values: Values[Any] = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refusal(statement: str, values: Values[Any] = ()) -> tuple[str, str]:
    """The name of what refuses this statement, and what it says to a person."""
    with pytest.raises(IntegrityError) as error:
        run(statement, values)
    said = explain(error.value).sentence
    assert said != REFUSED, "every refusal speaks"
    return str(error.value.__cause__.diag.constraint_name), said  # type: ignore[union-attr]


def name_of(statement: str, values: Values[Any] = ()) -> str:
    return refusal(statement, values)[0]


def visit_of(
    day: SuiteDay, minute: int, *, chair: int = 1, state: str = "booked", lengths: Lengths = Lengths()
) -> tuple[str, list[Any]]:
    """The INSERT of one visit of a new patient, on any day, in any chair."""
    patient = patient_for(day.site, MONDAY)
    sequence = Sequence.objects.create(
        site=day.site,
        patient=patient,
        number=1,
        first_day=day.date,
        start_minute=minute,
        state=SequenceState.CONFIRMED,
    )
    row: dict[str, Any] = {field.column: field.get_default() for field in Visit._meta.concrete_fields}
    del row["id"]
    row |= {
        "site_id": day.site_id,
        "sequence_id": sequence.pk,
        "patient_id": patient.pk,
        "suite_day_id": day.pk,
        "date": day.date,
        "day_index": 1,
        "chair": chair,
        "start_minute": minute,
        "state": state,
        "iv_minutes": lengths.iv,
        "infusion_minutes": lengths.infusion,
        "observation_minutes": lengths.observation,
        "cleaning_minutes": lengths.cleaning,
    }
    columns = ", ".join(row)
    marks = ", ".join(["%s"] * len(row))
    return f"INSERT INTO scheduling_visit ({columns}) VALUES ({marks})", list(row.values())


def put(day: SuiteDay, minute: int, **more: Any) -> Visit:
    """Write that visit, counted by the database."""
    run(*visit_of(day, minute, **more))
    return Visit.objects.select_related("site").latest("pk")


def first_day(site: Site) -> SuiteDay:
    return SuiteDay.objects.select_related("site").get(site=site, date=MONDAY)
