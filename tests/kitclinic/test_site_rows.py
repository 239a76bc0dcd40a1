"""Whose rows a request sees when nobody filters: the database's own answer (ROW-01, ROW-03)."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kitclinic import site_rows
from kitclinic.celery import app as celery
from kitclinic.models import AuditWaiting, Site, StaffUser
from kitclinic.site_rows import NOBODY, SiteRowsMiddleware, every_site, found_by_key, of_site, stand_for
from kitclinic.tasks import seal_audit
from scheduling.models import Patient, SearchedPatient
from tests.factories import people
from tests.factories.plain_sql import run
from tests.factories.scheduling import patient


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a request nobody is named, as in a web process."""
    monkeypatch.setattr(site_rows, "_outside", site_rows._Scope(NOBODY))


@pytest.fixture
def two(site: Site, other_site: Site) -> tuple[Patient, Patient]:
    return patient(site=site), patient(site=other_site)


@pytest.fixture
def seen(two: tuple[Patient, Patient], nobody: None) -> Callable[[], set[int]]:
    """The keys of all patients that a query without any filter gives."""
    return lambda: set(Patient.objects.values_list("pk", flat=True))


def told() -> str:
    """What the connection itself holds, asked past everything of ours."""
    return str(
        connection.connection.execute("SELECT current_setting('kitclinic.sites', true)").fetchone()[0] or ""
    )


def request_of(user: StaffUser | AnonymousUser, view: Callable[[], Any]) -> Any:
    """What the view returns inside a request of this person."""
    request, answers = RequestFactory().get("/"), []
    request.user = user

    def respond(asked: HttpRequest) -> HttpResponse:
        answers.append(view())
        return HttpResponse()

    SiteRowsMiddleware(respond)(request)
    return answers[0]


def test_row_01_without_a_site_there_are_no_rows(
    two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    assert seen() == set()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        patient(site=two[0].site)


def test_row_01_a_named_site_is_seen_with_its_registries(
    site: Site, two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    with every_site("a test's registry"):
        registry = people.site(slug="juniper-registry", registry_of=site)
        known = patient(site=registry)
    with of_site(site.pk):
        assert seen() == {two[0].pk, known.pk}
    with of_site(registry.pk):
        assert seen() == {known.pk}
    with of_site(0):
        assert seen() == set()
    with every_site("a test's look at all"):
        assert seen() == {two[0].pk, two[1].pk, known.pk}


def test_row_03_a_request_stands_for_the_site_of_who_is_signed_in(
    site: Site, other_site: Site, two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    assert request_of(people.staff("nurse", site=site), seen) == {two[0].pk}
    assert told() == NOBODY, "the connection that waits in the pool is nobody's"
    assert request_of(AnonymousUser(), seen) == set()
    assert request_of(people.staff("nurse", site=other_site), seen) == {two[1].pk}
    superuser = StaffUser.objects.create_superuser(username="root", password=people.PASSWORD)
    assert request_of(superuser, seen) == set()
    assert seen() == set()


def test_row_03_an_error_lets_go_of_the_site(nurse: StaffUser, seen: Callable[[], set[int]]) -> None:
    def fails() -> None:
        assert seen()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        request_of(nurse, fails)
    assert told() == NOBODY
    assert seen() == set()


def test_row_03_signing_in_and_out_during_a_request_changes_whom_it_stands_for(
    nurse: StaffUser, two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    def signs_in_and_out() -> list[set[int]]:
        before = seen()
        site_rows.on_sign_in(sender=None, user=nurse)
        during = seen()
        site_rows.on_sign_out(sender=None)
        return [before, during, seen()]

    assert request_of(AnonymousUser(), signs_in_and_out) == [set(), {two[0].pk}, set()]
    heard = [{uid for (uid, _), *_ in signal.receivers} for signal in (user_logged_in, user_logged_out)]
    assert "site_rows.on_sign_in" in heard[0]
    assert "site_rows.on_sign_out" in heard[1]


def test_row_03_what_a_secret_finds_is_whom_the_request_stands_for(
    nurse: StaffUser, two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    def opens() -> set[int]:
        unknown = found_by_key(Patient.objects.filter(record_number="of nobody"), because="a test's secret")
        assert unknown is None
        assert seen() == {two[0].pk}
        assert found_by_key(Patient.objects.filter(pk=two[1].pk), because="a test's secret") == two[1]
        return seen()

    assert request_of(nurse, opens) == {two[1].pk}


def test_row_03_outside_a_request_nothing_is_moved(site: Site, seen: Callable[[], set[int]]) -> None:
    stand_for(site.pk)
    assert seen() == set()


def test_row_03_what_was_told_in_a_transaction_is_told_again_after_it_is_taken_back(
    site: Site, two: tuple[Patient, Patient], seen: Callable[[], set[int]]
) -> None:
    def looks_and_fails() -> None:
        with transaction.atomic(), every_site("a test's look at all"):
            assert len(seen()) == 2
            raise ZeroDivisionError

    def asks_wrongly() -> None:
        with transaction.atomic(), every_site("a test's failing statement"), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    with of_site(site.pk):
        with pytest.raises(ZeroDivisionError):
            looks_and_fails()
        assert seen() == {two[0].pk}
        with pytest.raises(ProgrammingError, match="nowhere"):
            asks_wrongly()
        assert seen() == {two[0].pk}


def test_row_03_another_thread_has_a_site_of_its_own(site: Site, nobody: None) -> None:
    wanted: list[str] = []
    with every_site("a test's look at all"):
        thread = Thread(target=lambda: wanted.append(site_rows.wanted()))
        thread.start()
        thread.join()
    assert wanted == [NOBODY]


def test_row_03_a_broken_connection_is_closed_and_the_next_is_nobodys(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_rows, "_outside", site_rows._Scope(NOBODY))
    with every_site("a test's clinic"):
        site = people.site()
        patient(site=site)
        nurse = people.staff("nurse", site=site)

    def breaks() -> None:
        assert Patient.objects.exists()
        with pytest.raises(Exception, match="terminat"):
            connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    request_of(nurse, breaks)
    assert connection.connection is None
    assert not Patient.objects.exists()


def test_row_04_every_site_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="Say why"), every_site(""):
        pass


def test_row_04_a_task_of_the_worker_works_for_every_site(two: tuple[Patient, Patient], nobody: None) -> None:
    with every_site("a test's look at all"):
        waiting = AuditWaiting.objects.count()
    assert waiting
    assert celery.tasks[seal_audit.name]() == waiting
    assert site_rows.wanted() == NOBODY


def test_row_05_a_search_sees_the_named_site_and_writes_nothing(
    site: Site, two: tuple[Patient, Patient], nobody: None
) -> None:
    assert not SearchedPatient.objects.exists()
    with of_site(site.pk):
        assert set(SearchedPatient.objects.values_list("pk", flat=True)) == {two[0].pk}
    with every_site("a test's look at all"):
        assert SearchedPatient.objects.count() == 2
        for statement in ("UPDATE {} SET family_name = ''", "DELETE FROM {}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                run(statement.format(SearchedPatient._meta.db_table))
