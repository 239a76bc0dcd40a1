"""Whatever arrives in a form, the answer is never an error of the server."""

import pytest
from django.test import override_settings

from tests.web.fuzz import fields_of_forms, forms, run
from tests.web.routes import Here, routes

pytestmark = pytest.mark.django_db


def test_any_body_at_any_address_is_answered_without_an_error(here: Here) -> None:
    with override_settings(DEBUG=False):
        found = run(here, routes(), rounds=1, seed=9)
    assert found.tried > 300
    assert found.errors == {}
    assert found.statuses[422] > 50, "the bodies reach the forms"
    assert found.statuses[302] > 20, "some of them are taken"


def test_every_form_can_be_asked_about_anything(here: Here) -> None:
    tried, broken = forms(here, rounds=3, seed=9)
    assert tried > 40
    assert broken == {}


def test_no_form_asks_who_signs_or_where_it_belongs() -> None:
    forbidden = {"site", "site_id", "signed_by", "is_superuser", "is_staff", "user_permissions", "received_at"}
    forbidden |= {"created_by", "entered_by", "recorded_by", "by", "by_id", "author", "actor"}
    found = {name: fields & forbidden for name, fields in fields_of_forms().items()}
    assert {name: fields for name, fields in found.items() if fields} == {}
