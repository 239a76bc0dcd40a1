"""One clinic with a row for every address."""

from collections.abc import Iterator

import pytest

from kitclinic.models import Site
from tests.web.routes import Here


@pytest.fixture
def here(site: Site) -> Iterator[Here]:
    made = Here(site)
    with made.noon():
        yield made
