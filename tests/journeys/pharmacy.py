"""The steps of a drawn dose beyond the calm way: a pump that is off, a rest, a witness."""

import re
from decimal import Decimal
from typing import Any

from tests.factories.people import PASSWORD
from tests.journeys.person import Person
from tests.journeys.steps import chart_of, sheet


def left_in_the_bag(nurse: Person) -> str:
    """The volume that the sheet of the waste says is left in the bag."""
    nurse.open(f"{chart_of(nurse)}sheet/waste/")
    found = re.search(r"in the bag ([\d.]+) mL", nurse.words)
    assert found, nurse.words
    return found[1]


def waste(
    nurse: Person, ml: str, witness: str, *, password: str = PASSWORD, status: int = 200, **fields: Any
) -> None:
    """The rest, before a witness who types name and password on this same screen."""
    chart = chart_of(nurse)
    nurse.open(f"{chart}sheet/waste/").press(
        "Wasted, and witnessed",
        status=status,
        ml=ml,
        witness_username=witness,
        witness_password=password,
        **fields,
    )
    if status == 200:
        assert "Wasted:" in nurse.words
    nurse.open(chart)


def read_pump(nurse: Person, *, rate: str, volume: str) -> None:
    sheet(nurse, "pump", "Compare with the order", rate_ml_per_h=rate, volume_ml=volume)


def off_by(value: str, percent: int) -> str:
    """A reading that is so many percent above the right one, as a pump shows it."""
    return str((Decimal(value) * (100 + percent) / 100).quantize(Decimal("0.1")))
