"""Coming in: by password, with a second step, by recovery code; what the session knows, what is written down."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from kitclinic.access import SIGNED_IN_AT
from kitclinic.actions import new_recovery_codes
from kitclinic.adapters import StaffAccountAdapter
from kitclinic.models import Site, StaffUser
from tests.factories import people
from tests.kitclinic.sign_in.steps import SECRET, code_at, events, sign_in, with_app

pytestmark = pytest.mark.django_db


def test_the_password_opens_the_first_page_under_a_new_session_key_and_is_written_down(nurse: StaffUser) -> None:
    client = Client()
    client.get(reverse("login"))
    client.session["anything"] = 1
    before = client.session.session_key
    answer = sign_in(client, nurse, next="/board/")
    assert (answer.status_code, answer["Location"]) == (302, "/board/")
    assert client.session.session_key != before
    assert client.session[SIGNED_IN_AT] == pytest.approx(timezone.now().timestamp(), abs=120)
    [said] = events("signed in")
    assert (said.by, said.detail["how"]) == (nurse, "password")
    assert UserSession.objects.get().session_key == client.session.session_key


def test_a_next_page_elsewhere_is_not_followed(nurse: StaffUser) -> None:
    answer = sign_in(Client(), nurse, next="https://elsewhere.example/")
    assert answer["Location"] == reverse("home")


@pytest.mark.parametrize("name", ["nurse", "nobody"])
def test_a_wrong_password_says_the_same_of_every_name(site: Site, name: str) -> None:
    people.staff("nurse", site=site, username="nurse")
    answer = Client().post(reverse("login"), {"username": name, "password": "wrong"})
    assert answer.status_code == 422
    assert "User name or password is wrong" in answer.content.decode()


def test_a_refusal_is_written_down_for_a_known_name_and_not_for_a_strange_one(nurse: StaffUser) -> None:
    sign_in(Client(), nurse, password="wrong")
    Client().post(reverse("login"), {"username": "correct horse", "password": "wrong"})
    [said] = events("sign-in refused")
    assert (said.by, said.subject_id, said.detail["why"]) == (None, nurse.pk, "password")


def test_who_left_is_refused_and_out_on_the_next_request(nurse: StaffUser) -> None:
    client = Client()
    sign_in(client, nurse)
    assert client.get(reverse("infusions:board")).status_code == 200
    nurse.is_active = False
    nurse.save()
    assert client.get(reverse("infusions:board")).status_code == 302
    assert sign_in(Client(), nurse).status_code == 422
    assert events("sign-in refused")[-1].detail["why"] == "left"


def test_nobody_signs_up() -> None:
    assert not StaffAccountAdapter().is_open_for_signup(HttpRequest())
    for name in ("account_signup", "account_reset_password", "account_email", "socialaccount_signup"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_who_has_a_codes_app_is_not_in_before_its_code(nurse: StaffUser) -> None:
    client = Client()
    answer = sign_in(client, with_app(nurse), next="/board/")
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/board/").status_code == 302
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert (answer.status_code, "That code is wrong" in answer.content.decode()) == (422, True)
    assert events("second step refused")[0].detail["why"] == "code"
    answer = client.post(reverse("mfa_authenticate"), {"code": code_at(timezone.now())})
    assert answer["Location"] == "/board/"
    assert client.get("/board/").status_code == 200
    assert events("signed in")[-1].detail["how"] == "password and code"


def test_sin_06_a_code_counts_once(nurse: StaffUser) -> None:
    with_app(nurse)
    code = code_at(timezone.now())
    with time_machine.travel(timezone.now(), tick=False):
        first, second = Client(), Client()
        for client in (first, second):
            sign_in(client, nurse)
        assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 422


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_sin_06_a_code_counts_half_a_minute_before_and_after_its_time(
    nurse: StaffUser, steps: int, right: bool
) -> None:
    with_app(nurse)
    now = timezone.now()
    code = code_at(now + timedelta(seconds=30 * steps))
    with time_machine.travel(now, tick=False):
        client = Client()
        sign_in(client, nurse)
        assert (client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302) is right


def test_sin_06_a_recovery_code_opens_once(nurse: StaffUser) -> None:
    codes = new_recovery_codes(person=with_app(nurse), at=timezone.now())
    assert len(set(codes)) == 10
    for status in (302, 422):
        client = Client()
        sign_in(client, nurse)
        assert client.post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == status
    assert events("signed in")[-1].detail["how"] == "password and recovery code"


def test_secrets_of_second_steps_rest_encrypted(nurse: StaffUser) -> None:
    with_app(nurse)
    new_recovery_codes(person=nurse, at=timezone.now())
    for row in Authenticator.objects.all():
        assert SECRET not in str(row.data)
        assert str(row.data.get("secret") or row.data.get("seed")).startswith("gAAAA")


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"id": 3}', '{"id":"YQ","rawId":"YQ","response":{}}', "9" * 999]
)
def test_what_no_passkey_says_opens_nothing(nurse: StaffUser, text: str) -> None:
    client = Client()
    assert client.post(reverse("passkey_options")).json()["publicKey"]["challenge"]
    answer = client.post(reverse("passkey_sign_in"), {"credential": text})
    assert (answer.status_code, "does not open an account" in answer.content.decode()) == (422, True)
    sign_in(client, with_app(nurse))
    client.post(reverse("passkey_options"), {"second": "1"})
    assert client.post(reverse("mfa_authenticate"), {"credential": text}).status_code == 422
    assert client.get("/board/").status_code == 302


def test_the_second_step_without_the_first_leads_to_the_first() -> None:
    assert Client().get(reverse("mfa_authenticate"))["Location"] == reverse("login")
