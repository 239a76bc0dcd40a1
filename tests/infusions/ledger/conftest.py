"""The ledger is tested without the gates of the app to the right; those have their own tests."""

from datetime import datetime
from typing import Any

import pytest

from infusions.models import Infusion
from kitclinic.models import Site, StaffUser
from tests.factories import infusions, people
from tests.factories.infusions import Chair


@pytest.fixture(autouse=True)
def no_checks_from_the_right(settings: Any) -> None:
    settings.READINESS_CHECKS = []


@pytest.fixture
def chair(site: Site) -> Chair:
    """A patient of 82.5 kg who has arrived: 41.25 mg ordered, 0.83 mL of 50 mg/mL to draw."""
    return infusions.chair(site=site).arrive()


@pytest.fixture
def infusion(chair: Chair) -> Infusion:
    return chair.infusion


@pytest.fixture
def by(chair: Chair) -> StaffUser:
    return chair.nurse


@pytest.fixture
def at(chair: Chair) -> datetime:
    return chair.at


@pytest.fixture
def second(site: Site, by: StaffUser) -> StaffUser:
    return people.staff("nurse", site=site, name="Tomas Reyes")
