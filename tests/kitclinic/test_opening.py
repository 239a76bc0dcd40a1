"""A real clinic begins on the command line."""

from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kitclinic.models import AuditEvent, Site, StaffUser

STAFF = ("kitclinic.management.commands.add_staff.getpass",)


def _add(*passwords: str, **options: str | bool) -> None:
    arguments = {"name": "Ines Varga", "credentials": "RN"} | options
    with patch(STAFF[0], side_effect=passwords):
        call_command("add_staff", "willow", "ines", "nurse", stdout=StringIO(), **arguments)


def test_a_clinic_and_its_first_person(db: None) -> None:
    call_command("open_clinic", "willow", "Willow Infusion", "America/Denver", stdout=StringIO())
    _add("a long enough phrase", "a long enough phrase")
    ines = StaffUser.objects.get(username="ines")
    assert ines.site == Site.objects.get(slug="willow")
    assert ines.check_password("a long enough phrase")
    events = {"clinic opened", "consent text published", "product added", "staff added"}
    assert set(AuditEvent.objects.values_list("event", flat=True)) == events


@pytest.mark.parametrize("trained", [False, True])
def test_sch_30_a_nurse_is_trained_for_ketamine_only_where_it_was_said(db: None, trained: bool) -> None:
    call_command("open_clinic", "willow", "Willow Infusion", "America/Denver", stdout=StringIO())
    _add("a long enough phrase", "a long enough phrase", ketamine_trained=trained)
    assert StaffUser.objects.get(username="ines").is_ketamine_trained is trained
    assert AuditEvent.objects.get(event="staff added").detail["is_ketamine_trained"] is trained


def test_a_zone_that_does_not_exist_opens_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="not a time zone"):
        call_command("open_clinic", "willow", "Willow Infusion", "America/Gotham")
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("passwords", "words"),
    [(("one phrase here", "another phrase"), "differ"), (("short", "short"), "too short")],
)
def test_a_password_that_differs_or_is_weak_adds_nobody(db: None, passwords: tuple[str, str], words: str) -> None:
    call_command("open_clinic", "willow", "Willow Infusion", "America/Denver", stdout=StringIO())
    with pytest.raises(CommandError, match=words):
        _add(*passwords)
    assert not StaffUser.objects.exists()


def test_a_taken_name_is_said_in_words(db: None) -> None:
    call_command("open_clinic", "willow", "Willow Infusion", "America/Denver", stdout=StringIO())
    _add("a long enough phrase", "a long enough phrase")
    with pytest.raises(CommandError, match="already exists"):
        _add("a long enough phrase", "a long enough phrase")
