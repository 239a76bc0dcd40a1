"""Accounts of staff: invited, changed, closed, opened again; each refusal, each row that is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitclinic.actions import (
    Account,
    accept_invitation,
    change_person,
    disable_person,
    enable_person,
    invite_person,
    new_invitation_token,
    resend_invitation,
    withdraw_invitation,
)
from kitclinic.models import AuditEvent, OutboxMessage, Site, StaffChange, StaffInvitation, StaffPin, StaffUser
from kitclinic.outbox import deliver_due
from kitclinic.people import invitation_by, line_of, problems_of
from kitclinic.people_rules import INVITATION_DAYS, USERNAME
from kitclinic.problems import Refused
from kitclinic.tokens import token_digest
from tests.factories import people, tablets
from tests.factories.invited import account, invited, joined

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TOKEN = "a-code-of-256-bits"
GOOD = "a long enough phrase"


@pytest.fixture
def admin(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


def to(person: StaffUser, role: str) -> Account:
    return Account(person.name, person.credentials, role, person.is_ketamine_trained)


# -- invited


def test_acc_01_an_invitation_keeps_the_digest_and_sends_the_code_in_the_fragment(
    site: Site, admin: StaffUser
) -> None:
    person = invited(site, at=NOW, by=admin, token=TOKEN)
    row = StaffInvitation.objects.get(user=person)
    assert (row.token_digest, row.expires_at) == (token_digest(TOKEN), NOW + timedelta(days=INVITATION_DAYS))
    assert TOKEN not in str(row.__dict__)
    message = OutboxMessage.objects.get(site=site)
    assert f"{settings.BASE_URL}/welcome/#{TOKEN} " in message.text
    assert (message.channel, message.to, message.expires_at) == ("email", "ines@example.org", row.expires_at)
    assert not person.has_usable_password()
    assert line_of(person, at=NOW).state == "invited"
    deliver_due(at=NOW)
    message.refresh_from_db()
    assert message.sent_at == NOW
    assert TOKEN not in message.text  # a link is a key: it is not kept once it has left


def test_a_mobile_number_gets_a_text_message(site: Site, admin: StaffUser) -> None:
    invited(site, at=NOW, by=admin, token=TOKEN, to="+1 212 555 0100")
    assert OutboxMessage.objects.get().channel == "sms"


def test_acc_01_a_code_is_of_256_bits_and_never_the_same() -> None:
    codes = {new_invitation_token() for _ in range(50)}
    assert len(codes) == 50
    assert {len(code) for code in codes} == {43}  # 32 bytes in base 64


def test_acc_02_the_password_is_set_once_and_signs_nobody_in(site: Site, admin: StaffUser) -> None:
    person = invited(site, at=NOW, by=admin, token=TOKEN)
    accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=LATER)
    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert person.last_login is None
    with pytest.raises(Refused, match="was used already"):
        accept_invitation(token=TOKEN, password="another long phrase", again="another long phrase", at=LATER)
    assert AuditEvent.objects.filter(event="staff password set", by=person).count() == 1


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "too short"),
        (GOOD, "a long enough phrase!", "differ"),
        ("", "", "too short"),
        ("ines varga rn", "ines varga rn", "too similar"),
    ],
)
def test_acc_02_a_weak_or_differing_password_uses_nothing_up(
    site: Site, admin: StaffUser, password: str, again: str, words: str
) -> None:
    invited(site, at=NOW, by=admin, token=TOKEN)
    with pytest.raises(Refused, match=words):
        accept_invitation(token=TOKEN, password=password, again=again, at=NOW)
    assert problems_of(invitation_by(TOKEN), at=NOW) == []


def test_acc_01_a_link_opens_for_seven_days_and_not_a_second_longer(site: Site, admin: StaffUser) -> None:
    invited(site, at=NOW, by=admin, token=TOKEN)
    last = NOW + timedelta(days=INVITATION_DAYS)
    assert problems_of(invitation_by(TOKEN), at=last - timedelta(seconds=1)) == []
    with pytest.raises(Refused, match="older than 7 days"):
        accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=last)


@pytest.mark.parametrize("token", ["", "unknown", "#", "ü\ud800", "a" * 5000])
def test_acc_01_what_is_no_code_opens_nothing(site: Site, token: str) -> None:
    with pytest.raises(Refused, match="does not open anything"):
        accept_invitation(token=token, password=GOOD, again=GOOD, at=NOW)


def test_acc_01_a_newer_link_closes_the_one_before_and_its_unsent_message(site: Site, admin: StaffUser) -> None:
    person = invited(site, at=NOW, by=admin, token=TOKEN)
    resend_invitation(person=person, to="new@example.org", token="newer", by=admin, at=LATER)
    with pytest.raises(Refused, match="a newer one was sent"):
        accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=LATER)
    deliver_due(at=LATER)
    first, second = OutboxMessage.objects.order_by("pk")
    assert (first.sent_at, second.sent_at) == (None, LATER)
    assert "newer one was sent" in first.problem
    assert accept_invitation(token="newer", password=GOOD, again=GOOD, at=LATER) == person


def test_a_new_link_for_a_forgotten_password_leaves_the_old_one_until_it_is_used(
    site: Site, admin: StaffUser
) -> None:
    person = joined(site, at=NOW, by=admin)
    resend_invitation(person=person, to="x@example.org", token=TOKEN, by=admin, at=LATER)
    person.refresh_from_db()
    assert person.check_password(people.PASSWORD)
    client = Client()
    client.force_login(person)
    accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=LATER)
    assert client.get(reverse("home")).headers["Location"].startswith(reverse("login"))  # sessions of before end


def test_acc_01_withdrawn_it_opens_nothing_and_an_account_nobody_came_in_by_is_closed(
    site: Site, admin: StaffUser
) -> None:
    person = invited(site, at=NOW, by=admin, token=TOKEN)
    withdraw_invitation(person=person, by=admin, at=LATER)
    withdraw_invitation(person=person, by=admin, at=LATER)
    person.refresh_from_db()
    assert not person.is_active
    with pytest.raises(Refused, match="withdrawn"):
        accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=LATER)
    assert AuditEvent.objects.filter(event="staff invitation withdrawn").count() == 1
    old = joined(site, at=NOW, by=admin)
    resend_invitation(person=old, to="x@example.org", token="new", by=admin, at=LATER)
    withdraw_invitation(person=old, by=admin, at=LATER)
    old.refresh_from_db()
    assert old.is_active


@pytest.mark.parametrize("name", ["nurse7", "NURSE7", " nurse7 "])
def test_a_user_name_is_taken_whatever_its_letters(
    site: Site, other_site: Site, admin: StaffUser, name: str
) -> None:
    people.staff("nurse", site=other_site, username="Nurse7")
    with pytest.raises(Refused, match="is taken"):
        invite_person(site=site, username=name, account=account(), to="", token=TOKEN, by=admin, at=NOW)


@pytest.mark.parametrize(
    ("name", "fits"),
    [("ab", True), ("a", False), ("ines.varga@clinic.org", True), ("-x", False), ("a b", False), ("é1", False)],
)
def test_what_a_user_name_may_be(name: str, fits: bool) -> None:
    assert bool(USERNAME.match(name)) is fits


# -- changed


def test_acc_03_a_prescribing_role_is_given_by_name_for_a_reason_and_stands_in_the_list(
    site: Site, admin: StaffUser, psychologist: StaffUser
) -> None:
    change_person(
        person=psychologist, account=to(psychologist, "physician"), reason="Licensed now", by=admin, at=NOW
    )
    (event,) = AuditEvent.objects.filter(event="prescribing role given")
    assert (event.by, event.subject_id, event.detail["was"]) == (admin, psychologist.pk, "psychologist")
    psychologist.refresh_from_db()
    line = line_of(psychologist, at=LATER)
    assert line.granted is not None
    assert (line.granted.by, line.granted.at, line.granted.reason) == (admin, NOW, "Licensed now")
    change_person(
        person=psychologist,
        account=Account("Lena F.", "MD", "physician", is_ketamine_trained=False),
        reason="Married",
        by=admin,
        at=LATER,
    )
    psychologist.refresh_from_db()
    line = line_of(psychologist, at=LATER)
    assert line.granted is not None
    assert line.granted.at == NOW  # the day the right was given, not the last change
    assert AuditEvent.objects.filter(event="prescribing role given").count() == 1


def test_acc_03_who_is_invited_as_a_prescriber_is_written_down_as_one(site: Site, admin: StaffUser) -> None:
    person = invited(site, at=NOW, by=admin, token=TOKEN, role="physician")
    assert AuditEvent.objects.filter(event="prescribing role given", subject_id=person.pk, by=admin).exists()
    granted = line_of(person, at=NOW).granted
    assert granted is not None
    assert granted.by == admin


@pytest.mark.parametrize("role", ["physician", "clinic_lead"])
def test_acc_03_nobody_changes_their_own_role(site: Site, admin: StaffUser, role: str) -> None:
    people.staff("clinic_lead", site=site)
    with pytest.raises(Refused, match="their own role"):
        change_person(person=admin, account=to(admin, role), reason="Me", by=admin, at=NOW)
    assert not StaffChange.objects.exists()


def test_acc_04_a_change_needs_a_reason_and_something_that_changes(admin: StaffUser, nurse: StaffUser) -> None:
    with pytest.raises(Refused, match="Say why"):
        change_person(person=nurse, account=to(nurse, "scheduler"), reason="  ", by=admin, at=NOW)
    with pytest.raises(Refused, match="Nothing is different"):
        change_person(person=nurse, account=Account.of(nurse), reason="So", by=admin, at=NOW)
    assert not AuditEvent.objects.filter(subject_id=nurse.pk).exists()


def test_acc_04_a_role_counts_from_the_next_request(admin: StaffUser, nurse: StaffUser) -> None:
    client = Client()
    client.force_login(nurse)
    assert client.get(reverse("infusions:board")).status_code == 200
    change_person(person=nurse, account=to(nurse, "scheduler"), reason="Moved to the desk", by=admin, at=NOW)
    assert client.get(reverse("infusions:board")).status_code == 403
    assert client.get(reverse("scheduling:week")).status_code == 200
    nurse.refresh_from_db()
    assert not nurse.is_ketamine_trained  # training is a nurse's


def test_acc_04_training_changes_with_the_account(admin: StaffUser, nurse: StaffUser) -> None:
    off = Account(nurse.name, nurse.credentials, nurse.role, is_ketamine_trained=False)
    change_person(person=nurse, account=off, reason="Course ran out", by=admin, at=NOW)
    nurse.refresh_from_db()
    assert not nurse.is_ketamine_trained
    (kept,) = StaffChange.objects.filter(user=nurse)
    assert (kept.is_ketamine_trained, kept.reason, kept.by) == (False, "Course ran out", admin)


# -- closed


def test_acc_05_a_leaver_is_out_at_once_by_every_way(site: Site, admin: StaffUser) -> None:
    nurse = joined(site, at=NOW, by=admin)
    resend_invitation(person=nurse, to="x@example.org", token=TOKEN, by=admin, at=NOW)
    tablet, token = tablets.tablet(site, NOW)
    tablets.knows(tablet, nurse, NOW)
    desk, chairside = Client(), tablets.device(token)
    desk.force_login(nurse)
    tablets.sign_in(chairside, nurse)
    assert desk.get(reverse("infusions:board")).status_code == 200
    disable_person(person=nurse, reason="Last day", by=admin, at=NOW)
    for client in (desk, chairside):
        assert client.get(reverse("infusions:board")).status_code == 302
    nurse.refresh_from_db()
    assert not StaffPin.objects.filter(user=nurse).exists()
    with pytest.raises(Refused, match="withdrawn"):
        accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=NOW)
    answer = Client().post(reverse("login"), {"username": nurse.username, "password": people.PASSWORD})
    assert answer.status_code != 302
    assert AuditEvent.objects.filter(event="staff account closed", by=admin, subject_id=nurse.pk).count() == 1


def test_acc_05_opened_again_neither_session_nor_password_of_before_comes_back(
    site: Site, admin: StaffUser
) -> None:
    nurse = joined(site, at=NOW, by=admin)
    client = Client()
    client.force_login(nurse)
    disable_person(person=nurse, reason="Leave", by=admin, at=NOW)
    with pytest.raises(Refused, match="Say why"):
        enable_person(person=nurse, reason="", to="x@example.org", token=TOKEN, by=admin, at=LATER)
    enable_person(person=nurse, reason="Back again", to="x@example.org", token=TOKEN, by=admin, at=LATER)
    nurse.refresh_from_db()
    assert nurse.is_active
    assert client.get(reverse("infusions:board")).status_code == 302
    assert not nurse.check_password(people.PASSWORD)
    accept_invitation(token=TOKEN, password=GOOD, again=GOOD, at=LATER)
    answer = Client().post(reverse("login"), {"username": nurse.username, "password": GOOD})
    assert answer.status_code == 302


def test_acc_06_nobody_closes_their_own_account(site: Site, admin: StaffUser) -> None:
    people.staff("clinic_lead", site=site)
    with pytest.raises(Refused, match="their own account"):
        disable_person(person=admin, reason="Bye", by=admin, at=NOW)
    admin.refresh_from_db()
    assert admin.is_active


def test_acc_06_the_last_person_who_runs_the_clinic_keeps_account_and_role(
    site: Site, other_site: Site, admin: StaffUser
) -> None:
    people.staff("clinic_lead", site=other_site)  # somebody of another clinic does not count
    lead = people.staff("clinic_lead", site=site)
    disable_person(person=admin, reason="Left", by=lead, at=NOW)
    nurse = people.staff("nurse", site=site)
    with pytest.raises(Refused, match="last active person"):
        disable_person(person=lead, reason="Left", by=nurse, at=NOW)
    with pytest.raises(Refused, match="last active person"):
        change_person(person=lead, account=to(lead, "nurse"), reason="So", by=nurse, at=NOW)
    change_person(person=lead, account=to(lead, "administrator"), reason="So", by=nurse, at=NOW)
