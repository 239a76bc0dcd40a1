"""Reads never write; refusals become answers; health in three words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from kitclinic.http import ReadOnlyGetMiddleware, RefusalMiddleware, WriteOnRead, key_in
from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Refused, refuse_if

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)


def _queue(site: Site) -> OutboxMessage:
    return OutboxMessage.objects.create(
        site=site, key="k", channel="sms", to="555-0100", text="x", due_at=AT, expires_at=AT
    )


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_that_writes_is_stopped(site: Site, method: str) -> None:
    middleware = ReadOnlyGetMiddleware(lambda request: _queue(site) and HttpResponse())
    with pytest.raises(WriteOnRead), transaction.atomic():
        middleware(getattr(RequestFactory(), method)("/"))
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kitclinic_site SET name = 'x'",
        "DELETE FROM kitclinic_site",
        "WITH gone AS (DELETE FROM kitclinic_site RETURNING 1) SELECT 1",
        "SELECT * FROM kitclinic_site FOR UPDATE",
        "TRUNCATE kitclinic_site",
        "CREATE TEMP TABLE t (i int)",
    ],
)
def test_only_reading_statements_pass_on_get(site: Site, statement: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return HttpResponse()

    with pytest.raises(WriteOnRead):
        ReadOnlyGetMiddleware(view)(RequestFactory().get("/"))


def test_a_post_may_write(site: Site) -> None:
    ReadOnlyGetMiddleware(lambda request: _queue(site) and HttpResponse())(RequestFactory().post("/"))
    assert OutboxMessage.objects.get().key == "k"


def test_a_refusal_is_a_422_with_every_sentence(db: None) -> None:
    refused = Refused([Blocker("INF-01", "No signed order."), Blocker("INF-02", "No driver named.")])
    answer = RefusalMiddleware(lambda request: HttpResponse()).process_exception(_get(), refused)
    assert answer is not None
    assert answer.status_code == 422
    assert "No signed order." in answer.content.decode()
    assert "No driver named." in answer.content.decode()


@pytest.mark.parametrize(
    ("referer", "leads_back"),
    [
        ("http://testserver/groups/7/", True),
        ("http://elsewhere.example/groups/7/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_a_refusal_leads_back_to_the_page_before_of_this_clinic_only(
    db: None, referer: str, leads_back: bool
) -> None:
    request = _get()
    request.META["HTTP_REFERER"] = referer
    refused = Refused([Blocker("INF-01", "No signed order.")])
    answer = RefusalMiddleware(lambda request: HttpResponse()).process_exception(request, refused)
    assert answer is not None
    assert ("Back to the page before" in answer.content.decode()) is leads_back


def test_a_lost_race_is_a_409_in_the_constraints_own_words(site: Site) -> None:
    _queue(site)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        _queue(site)
    answer = RefusalMiddleware(lambda request: HttpResponse()).process_exception(_get(), caught.value)
    assert answer is not None
    assert answer.status_code == 409
    assert "already been queued" in answer.content.decode()


def _get() -> HttpRequest:
    request = RequestFactory().get("/")
    request.htmx = False  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    return request


def test_refuse_if_lets_notices_and_confirmed_questions_pass() -> None:
    problems = [NeedsConfirmation("DOS-05", "Read the scale again."), Notice("SCH-04", "A holiday.")]
    with pytest.raises(Refused) as caught:
        refuse_if(problems)
    assert [problem.rule for problem in caught.value.problems] == ["DOS-05"]
    refuse_if(problems, confirmed=frozenset({"DOS-05"}))


def test_a_blocker_cannot_be_confirmed_away() -> None:
    with pytest.raises(Refused):
        refuse_if([Blocker("INF-01", "No signed order.")], confirmed=frozenset({"INF-01"}))


def test_healthz_tells_database_migrations_and_broker(db: None) -> None:
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0"):
        answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "broker": "down"}


def test_every_answer_carries_the_policy_and_is_not_stored(db: None) -> None:
    for url in ("/sign-in/", "/nowhere"):
        answer = Client().get(url)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_sign_in_page_lists_accounts_only_in_the_demonstration(site: Site, nurse: StaffUser) -> None:
    Site.objects.update(is_demo=True)
    StaffUser.objects.filter(pk=nurse.pk).update(username="nurse")
    assert "kit clinic demo" not in Client().get("/sign-in/").content.decode()
    with override_settings(DEMO=True):
        assert "kit clinic demo" in Client().get("/sign-in/").content.decode()


def test_a_superuser_sees_no_page_of_a_clinic(as_user: Any, db: None) -> None:
    root = StaffUser.objects.create_superuser("root", "x" * 12, name="Root")
    answer = as_user(root).get("/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Your account belongs to no clinic" in page
    assert "Sign out" in page
    assert "To your first page" not in page, "it would only lead back here"


def test_a_theme_is_kept_and_an_unknown_one_means_the_device(nurse: StaffUser, as_user: Any) -> None:
    client = as_user(nurse)
    client.post("/theme/", {"theme": "calm"})
    nurse.refresh_from_db()
    assert nurse.theme == "calm"
    client.post("/theme/", {"theme": "zebra"})
    nurse.refresh_from_db()
    assert nurse.theme == ""


@pytest.mark.parametrize(
    "text", ["9" * 5_000, "9" * 19, "-1", "1e2", "0x1", "²", "٣", "NaN", "1.0", "\0", " 7", "", None]
)
def test_what_is_no_key_names_nothing_and_is_no_error(text: str | None) -> None:
    assert key_in(text) == 0


def test_a_key_is_read_as_it_stands() -> None:
    assert (key_in("7"), key_in("0" * 3 + "7"), key_in("9" * 18)) == (7, 7, 10**18 - 1)
