"""RFC 9116: where a problem of security is reported."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from kitclinic.environment import Environment, EnvironmentProblem


@pytest.mark.parametrize("contact", ["mailto:security@clinic.example", "https://clinic.example/security"])
def test_the_contact_of_the_settings_stands_there_until_half_a_year_from_now(
    db: None, settings: object, contact: str
) -> None:
    settings.SECURITY_CONTACT, settings.BASE_URL = contact, "https://clinic.example/"  # type: ignore[attr-defined]
    with time_machine.travel(datetime(2026, 3, 11, 14, 42, tzinfo=UTC), tick=False):
        answer = Client().get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        f"Contact: {contact}",
        "Expires: 2026-09-07T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: https://clinic.example/.well-known/security.txt",
    ]


def test_without_a_contact_it_says_so(db: None) -> None:
    answer = Client().get("/.well-known/security.txt")
    assert answer.status_code == 404
    assert "has named no contact" in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "value", ["security@clinic.example", "http://x", "mailto:a\nContact: mailto:b", "javascript:1"]
)
def test_a_contact_that_is_none_stops_the_server(value: str) -> None:
    with pytest.raises(EnvironmentProblem):
        Environment({"KITCLINIC_SECURITY_CONTACT": value}).address("KITCLINIC_SECURITY_CONTACT")


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "٣", "9999999"])
def test_a_limit_that_is_no_number_stops_the_server(value: str) -> None:
    with pytest.raises(EnvironmentProblem):
        Environment({"KITCLINIC_EXPORTS_AN_HOUR": value}).limit("KITCLINIC_EXPORTS_AN_HOUR", 20)
