"""One clinic with everything in it and one elsewhere, built once for all tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.access.actors import Tried


@pytest.fixture(scope="package")
def tried(django_db_setup: None, django_db_blocker: Any) -> Iterator[Tried]:
    """The two clinics and everybody who asks; each request is undone, and everything at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Tried.build()
        transaction.set_rollback(True)
