"""The call-out assistant: the fact first, then plans, then whom to call."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling.models import CallOut, CoverNeeded, NurseShift, Proposal, SuiteDay, Visit
from scheduling.queries.callout import call_out_page
from scheduling.states import ProposalState
from tests.factories import people
from tests.factories.suite import MONDAY, fill, open_week

NINE = 540


@pytest.fixture
def morning(site: Site) -> Any:
    """Monday, 07:00, before opening."""
    with time_machine.travel(site.instant(MONDAY, 420), tick=False):
        yield site.instant(MONDAY, 420)


@pytest.fixture
def full(site: Site, scheduler: StaffUser, morning: datetime) -> SuiteDay:
    """Two nurses and four patients at nine and a quarter past, booked long before."""
    open_week(site, nurses=2)
    fill(site, MONDAY, [NINE, NINE, NINE + 10, NINE + 10])
    return SuiteDay.objects.get(site=site, date=MONDAY)


@pytest.fixture
def desk(scheduler: StaffUser, as_user: Any) -> Client:
    client: Client = as_user(scheduler)
    return client


def report(desk: Client, day: SuiteDay, **fields: Any) -> Any:
    nurse = NurseShift.objects.filter(suite_day=day).order_by("pk")[0].nurse_id
    given = {"person": nurse, "from_minute": "07:30", "to_minute": "", "because": "ill"} | fields
    return desk.post(f"/suite/{day.date}/call-out/", given)


def test_the_day_shows_who_is_rostered(desk: Client, full: SuiteDay) -> None:
    words = desk.get(f"/suite/{MONDAY}/call-out/").content.decode()
    assert words.count('name="person"') == 3  # two nurses and the provider


def test_a_call_out_is_recorded_and_leads_to_plans(desk: Client, full: SuiteDay) -> None:
    answer = report(desk, full)
    out = CallOut.objects.get()
    assert answer.url == f"/call-outs/{out.pk}/"
    assert (out.from_minute, out.because) == (450, "ill")
    assert CoverNeeded.objects.filter(closed_at=None).exists()
    plan = Proposal.objects.get(call_out=out, state=ProposalState.OPEN)
    assert not plan.by_solver
    words = desk.get(answer.url).content.decode()
    assert plan.name in words
    assert "Cover needed" in words
    assert "Name who takes it" in words


def test_nobody_is_moved_before_a_plan_is_accepted(desk: Client, full: SuiteDay) -> None:
    before = list(Visit.objects.order_by("pk").values_list("pk", "start_minute", "state"))
    report(desk, full)
    assert list(Visit.objects.order_by("pk").values_list("pk", "start_minute", "state")) == before


def test_an_accepted_plan_becomes_a_list_of_calls_in_order(desk: Client, full: SuiteDay) -> None:
    report(desk, full)
    plan = Proposal.objects.get(state=ProposalState.OPEN)
    answer = desk.post(f"/proposals/{plan.pk}/accept/", follow=True).content.decode()
    said = answer.partition("The plan is carried out: ")[2].partition(".")[0]
    assert said.endswith("moved")
    assert "could" not in said
    plan.refresh_from_db()
    assert plan.state == ProposalState.ACCEPTED
    shown = call_out_page(CallOut.objects.get(), at=full.site.instant(MONDAY, 425))
    assert shown.accepted is not None
    assert len(shown.accepted.changes) == len(plan.moves) + len(plan.cancels)
    assert not shown.cover
    words = desk.get(f"/call-outs/{plan.call_out_id}/").content.decode()
    for change in shown.accepted.changes:
        assert change.visit.patient.phone in words
        assert change.was == "09:00" or change.was == "09:10"


def test_a_call_out_without_patients_changes_nothing(site: Site, desk: Client, morning: datetime) -> None:
    day = open_week(site, nurses=2)[0]
    answer = report(desk, day)
    assert not Proposal.objects.exists()
    assert "Nothing has to change" in desk.get(answer.url).content.decode()


def test_taking_it_back_closes_cover_and_plans(desk: Client, full: SuiteDay) -> None:
    report(desk, full)
    out = CallOut.objects.get()
    desk.post(f"/call-outs/{out.pk}/withdraw/")
    assert not CoverNeeded.objects.filter(closed_at=None).exists()
    assert not Proposal.objects.filter(state=ProposalState.OPEN).exists()
    assert "Taken back" in desk.get(f"/call-outs/{out.pk}/").content.decode()


def test_nobody_chosen_is_said_and_nothing_recorded(desk: Client, full: SuiteDay) -> None:
    answer = report(desk, full, person="")
    assert answer.status_code == 422
    assert "Choose who is not there" in answer.content.decode()
    assert not CallOut.objects.exists()


def test_somebody_who_is_not_rostered_cannot_be_out(desk: Client, full: SuiteDay, site: Site) -> None:
    answer = report(desk, full, person=people.staff("nurse", site=site).pk)
    assert answer.status_code == 422
    assert not CallOut.objects.exists()


@pytest.mark.parametrize("role", Role.values)
def test_the_assistant_is_for_who_books_or_runs_the_clinic(
    site: Site, as_user: Any, full: SuiteDay, desk: Client, role: str
) -> None:
    report(desk, full)
    allowed = ROLES[role] & {Permission.BOOK, Permission.RUN_CLINIC}
    client = as_user(people.staff(role, site=site))
    for path in (f"/suite/{MONDAY}/call-out/", f"/call-outs/{CallOut.objects.get().pk}/"):
        assert client.get(path).status_code == (200 if allowed else 403)


def test_another_clinic_finds_nothing(other_site: Site, as_user: Any, full: SuiteDay, desk: Client) -> None:
    report(desk, full)
    client = as_user(people.staff("scheduler", site=other_site))
    assert client.get(f"/suite/{MONDAY}/call-out/").status_code == 404
    assert client.get(f"/call-outs/{CallOut.objects.get().pk}/").status_code == 404
    assert client.post(f"/call-outs/{CallOut.objects.get().pk}/withdraw/").status_code == 404


def test_the_page_stops_asking_when_the_solver_stays_silent(desk: Client, full: SuiteDay) -> None:
    report(desk, full)
    out, at = CallOut.objects.get(), full.site.instant(MONDAY, 420)
    assert call_out_page(out, at=at).works
    late = call_out_page(out, at=at + timedelta(seconds=61))
    assert not late.works
    assert "has not answered" in late.solver


def test_a_day_without_a_roster_says_so(site: Site, desk: Client, scheduler: StaffUser, morning: datetime) -> None:
    SuiteDay.objects.create(site=site, date=MONDAY, opens_minute=450, closes_minute=1050, chairs=8)
    assert "Nobody is on the roster" in desk.get(f"/suite/{MONDAY}/call-out/").content.decode()
