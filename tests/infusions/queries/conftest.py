"""Reads are tested without the gates of the app to the right."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_checks_from_the_right(settings: Any) -> None:
    settings.READINESS_CHECKS = []
