"""The whole way by a real provider: who comes in, who does not, and what is not taken for an answer."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as ours
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.actions import disable_person
from kitclinic.models import AuditEvent, StaffUser
from kitclinic.views.single_sign_on import IN_SESSION
from tests.factories import tablets
from tests.single_sign_on.here import LANDED, Here, refused, words
from tests.single_sign_on.provider import Person, configured

# -- who comes in


def test_acc_07_an_invited_person_without_a_password_comes_in_and_is_bound(here: Here) -> None:
    ines = here.invited()
    answer = here.comes()
    assert (answer.status_code, answer.headers["Location"]) == (302, LANDED)
    assert here.is_in == str(ines.pk)
    row = SocialAccount.objects.get(user=ines)
    assert (row.provider, row.uid, row.extra_data) == ("work", "sub-1", {})
    assert AuditEvent.objects.filter(event="account bound to a provider", subject_id=ines.pk).count() == 1
    ines.refresh_from_db()
    assert ines.last_login is not None


def test_acc_07_the_button_stands_on_the_sign_in_page(here: Here) -> None:
    assert "Sign in with Work" in words(here.client.get(reverse("login")))
    here.settings.SINGLE_SIGN_ON = {}
    assert "Sign in with Work" not in words(here.client.get(reverse("login")))


def test_acc_07_once_bound_the_subject_counts_and_not_the_name(here: Here) -> None:
    ines = here.invited()
    here.comes()
    StaffUser.objects.filter(pk=ines.pk).update(username=f"renamed-{ines.pk}")
    other = here.invited()  # somebody else now has the name
    here.client = Client()
    here.comes()
    assert here.is_in == str(ines.pk) != str(other.pk)


def test_acc_08_whoever_is_signed_in_there_is_asked_again(here: Here) -> None:
    here.invited()
    here.comes()
    here.client = Client()
    address = here.begun()
    status, leads, page = here.browser.get(address)  # the same browser, signed in there a moment ago
    while leads:
        address = urljoin(address, leads)
        assert urlsplit(address).path != reverse("single_sign_on_back", args=["work"])
        status, leads, page = here.browser.get(address)
    assert (status, "Who are you" in page) == (200, True)


def test_on_a_shared_tablet_the_shift_of_the_pin_begins(here: Here) -> None:
    ines = here.invited()
    tablet, token = tablets.tablet(here.site, timezone.now())
    here.client = tablets.device(token)
    here.comes()
    assert here.is_in == str(ines.pk)
    assert tablet.sign_ins.filter(user=ines).count() == 1


@pytest.mark.parametrize(("who", "comes_in"), [("sub-1", True), ("sub-3", False)])
def test_acc_07_an_address_counts_only_when_the_provider_verified_it(here: Here, who: str, comes_in: bool) -> None:
    here.uses(user_claim="email")
    ines = here.invited("ines@example.org")
    here.comes(who)
    assert (here.is_in == str(ines.pk)) is comes_in


# -- who does not


def test_acc_07_a_stranger_gets_a_sentence_and_no_account(here: Here) -> None:
    before = StaffUser.objects.count()
    refused(here, here.comes("sub-2"), "no open account here belongs to that name")
    assert StaffUser.objects.count() == before


def test_acc_07_a_leaver_does_not_come_back_by_the_provider(here: Here) -> None:
    ines = here.invited()
    here.comes()
    assert here.client.get(reverse("infusions:board")).status_code == 200
    disable_person(person=ines, reason="Left", by=here.admin, at=timezone.now())
    assert here.client.get(reverse("infusions:board")).status_code == 302
    here.client = Client()
    refused(here, here.comes(), "no open account here belongs to that name")
    (event,) = AuditEvent.objects.filter(event="sign-in refused", subject_id=ines.pk)
    assert event.detail["why"] == "closed"


def test_acc_07_a_name_that_was_given_to_somebody_else_there_opens_nothing(here: Here) -> None:
    ines = here.invited()
    here.comes("sub-1")
    here.client = Client()
    here.browser = Person()
    refused(here, here.comes("sub-3"), "no open account here")  # another subject, the same name
    (event,) = AuditEvent.objects.filter(event="sign-in refused", subject_id=ines.pk)
    assert event.detail["why"] == "another subject"


def test_acc_07_a_provider_speaks_only_for_its_clinics(here: Here) -> None:
    here.uses(sites=frozenset({"another-clinic"}))
    here.invited()
    refused(here, here.comes(), "no open account here")
    here.uses(sites=frozenset({here.site.slug}))
    assert here.comes().status_code == 302


def test_acc_07_a_superuser_does_not_come_by_a_provider(here: Here) -> None:
    StaffUser.objects.create_superuser("ines", "a long enough phrase", name="Root")
    refused(here, here.comes(), "no open account here")


# -- what is no answer


def test_acc_08_an_answer_to_another_question_is_refused(here: Here) -> None:
    here.invited()
    given = here.answered()
    session = here.client.session
    session[IN_SESSION] = session[IN_SESSION] | {"nonce": "another"}
    session.save()
    refused(here, here.hands_in(given), "did not give an answer that counts")


def test_acc_08_who_signed_in_there_too_long_ago_is_refused(here: Here) -> None:
    here.invited()
    refused(here, here.comes("sub-5"), "did not give an answer that counts")


def test_acc_08_an_answer_kept_for_a_while_is_refused(here: Here) -> None:
    here.invited()
    given = here.answered()
    with time_machine.travel(timezone.now() + timedelta(seconds=100), tick=True):
        refused(here, here.hands_in(given), "did not give an answer that counts")


def test_acc_08_a_sign_in_begun_too_long_ago_is_refused(here: Here) -> None:
    here.invited()
    given = here.answered()
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=2), tick=True):
        refused(here, here.hands_in(given), "not begun in this browser, or too long ago")


def test_acc_08_an_answer_counts_once_and_only_in_the_browser_that_asked(here: Here) -> None:
    ines = here.invited()
    given, mine = here.answered(), here.client
    here.client = Client()
    refused(here, here.hands_in(given), "not begun in this browser")
    here.client = mine
    refused(here, here.hands_in(given | {"state": "another"}), "not begun in this browser")
    refused(here, here.hands_in(given), "not begun in this browser")  # the wrong one used it up
    given = here.answered()
    assert here.hands_in(given).status_code == 302
    assert here.is_in == str(ines.pk)
    here.client.post(reverse("logout"))
    refused(here, here.hands_in(given), "not begun in this browser")


def test_acc_08_a_code_that_somebody_else_was_given_is_refused(here: Here) -> None:
    """PKCE: a code put into another browser's way back does not fit what that browser began with."""
    here.invited()
    theirs = here.answered()
    here.client = Client()
    mine = here.answered()
    refused(here, here.hands_in(mine | {"code": theirs["code"]}), "did not give an answer that counts")


@pytest.mark.parametrize(
    "change",
    [{"iss": "https://evil.example"}, {"code": ""}, {"code": "none"}, {"code": "a\0&=b"}, {"code": "x" * 9000}],
    ids=lambda change: ascii(change)[:20],
)
def test_acc_08_what_no_provider_sends_is_refused(here: Here, change: dict[str, str]) -> None:
    here.invited()
    given = here.answered()
    refused(here, here.hands_in(given | change), "did not give an answer that counts")


def test_acc_08_bytes_that_are_no_text_are_refused(here: Here) -> None:
    here.invited()
    given = here.answered()
    way, form = reverse("single_sign_on_back", args=["work"]), "application/x-www-form-urlencoded"
    broken = f"state={given['state']}&code=none%ED%A0%80".encode()
    refused(here, here.client.post(way, broken, content_type=form), "did not give an answer that counts")
    here.answered()
    broken = b"state=%ED%A0%80&code=none"
    refused(here, here.client.post(way, broken, content_type=form), "not begun in this browser")


def test_who_gives_up_there_is_told_so_here(here: Here) -> None:
    refused(here, here.comes("nobody"), "did not give an answer that counts")


def test_a_provider_that_is_down_leaves_the_password(here: Here) -> None:
    here.settings.SINGLE_SIGN_ON = {"work": configured("http://localhost:9")}
    answer = here.client.post(reverse("single_sign_on", args=["work"]))
    refused(here, answer, "or sign in with your password", status=503)


def test_a_provider_nobody_configured_is_not_there(here: Here) -> None:
    assert here.client.post(reverse("single_sign_on", args=["other"])).status_code == 404
    assert here.client.get(reverse("single_sign_on_back", args=["other"])).status_code == 404


def test_the_way_back_writes_nothing_until_it_is_sent_and_the_button_is_no_link(here: Here) -> None:
    here.invited()
    assert here.client.get(reverse("single_sign_on", args=["work"])).status_code == 405
    here.answered()
    assert IN_SESSION in here.client.session
    assert here.is_in == ""


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_afterwards(here: Here, to: str) -> None:
    here.client.post(reverse("single_sign_on", args=["work"]), {"next": to})
    assert here.client.session[IN_SESSION]["next"] == ""
    assert ours.BASE_URL == "http://testserver"
