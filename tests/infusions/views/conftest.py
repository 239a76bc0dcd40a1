"""Pages at a clock that stands still: ``clock(moment)`` is what the views see."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine


@pytest.fixture(autouse=True)
def no_checks_from_the_right(settings: Any) -> None:
    settings.READINESS_CHECKS = []


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    with time_machine.travel(datetime.fromisoformat("2026-09-14T13:00:00+00:00"), tick=False) as traveller:
        yield traveller.move_to
