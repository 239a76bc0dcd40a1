"""The provider's process, a database in which commits are real, and a clinic in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from kitclinic.models import SignInTry, Site, StaffUser
from tests.conftest import committed_copy
from tests.factories import people
from tests.single_sign_on.here import Here
from tests.single_sign_on.provider import running


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Commits are real: nobody is asked over the network inside a transaction."""
    with committed_copy(django_db_blocker) as name:
        yield name


@pytest.fixture
def empty(database: str) -> Iterator[None]:
    """User names are unique in the whole product: those of the test before are put out of the way."""
    yield
    for person in StaffUser.objects.filter(username__in=("ines", "ines@example.org")):
        StaffUser.objects.filter(pk=person.pk).update(username=f"was-{person.pk}")
    SocialAccount.objects.all().delete()
    SignInTry.objects.all().delete()


@pytest.fixture
def here(empty: None, issuer: str, settings: Any) -> Here:
    settings.BASE_URL = "http://testserver"
    number = Site.objects.count()
    site = people.site(slug=f"clinic-{number}", name=f"Clinic {number}", is_demo=True)
    made = Here(site, people.staff("administrator", site=site), settings, issuer)
    made.uses()
    return made
