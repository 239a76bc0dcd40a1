"""Plans that wait for a decision: asked for, looked at, accepted or not."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.models import Proposal, Sequence
from scheduling.queries.proposals import words_of
from scheduling.states import ProposalKind, ProposalState, SequenceState
from tests.factories import people
from tests.factories.suite import MONDAY, booked_sequence, open_week, patient_for, visits_of

pytestmark = pytest.mark.django_db
AHEAD = timedelta(days=14)


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(MONDAY - AHEAD, 678), tick=False):
        yield


def tentative(site: Site, minute: int = 600, **wish: Any) -> Sequence:
    """A tentative sequence at this minute."""
    by = people.staff("scheduler", site=site)
    at = site.instant(MONDAY - AHEAD, 600)
    booked = actions.book_sequence(
        patient=patient_for(site, MONDAY),
        first_day=MONDAY,
        start_minute=minute,
        by=by,
        at=at,
        state=SequenceState.TENTATIVE,
    )
    Sequence.objects.filter(pk=booked.pk).update(**wish)
    return booked


def plan_for(site: Site, sequence: Sequence, to_minute: int, **figures: Any) -> Proposal:
    """A plan that moves this sequence, as it is kept."""
    visits = visits_of(sequence)
    return Proposal.objects.create(
        site=site,
        kind=ProposalKind.RETIME,
        first_day=MONDAY,
        last_day=visits[-1].date,
        name="Better times for 1 tentative sequence",
        moves=[
            {
                "visit": one.pk,
                "date": one.date.isoformat(),
                "from_minute": one.start_minute,
                "to_minute": to_minute,
            }
            for one in visits
        ],
        figures={"sequences_moved": 1, "placed": 0, "solver": "absent"} | figures,
        versions={one.date.isoformat(): one.suite_day.version for one in visits},
        made_at=site.instant(MONDAY - AHEAD, 610),
    )


def test_a_week_with_tentative_times_offers_to_look_for_better_ones(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site)
    client = as_user(scheduler)
    assert "Look for better times" not in client.get(f"/week/?day={MONDAY}").content.decode()
    tentative(site)
    page = client.get(f"/week/?day={MONDAY}").content.decode()
    assert "1 tentative sequence</b>" in page
    assert f"/proposals/week/{MONDAY}/ask/" in page
    readers = as_user(people.staff("nurse", site=site)).get(f"/week/?day={MONDAY}").content.decode()
    assert "Look for better times" not in readers


def test_a_waiting_plan_stands_on_its_week_and_shows_the_difference(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site)
    sequence = tentative(site)
    waiting = booked_sequence(site, start_minute=800)
    plan = plan_for(
        site, sequence, 625, placed=1, waiting=[{"sequence": waiting.pk, "minute": 540}], solver="asked"
    )
    client = as_user(scheduler)
    assert "1 tentative time could move; then 1 waiting request fits." in (
        client.get(f"/week/?day={MONDAY}").content.decode()
    )
    other = client.get(f"/week/?day={MONDAY + timedelta(weeks=1)}").content.decode()
    assert "A plan is waiting" not in other
    page = client.get(f"/proposals/{plan.pk}/").content.decode()
    assert sequence.patient.board_name in page
    assert "10:00" in page
    assert "10:25" in page
    assert "25 min later" in page
    assert "and 4 more" in page
    assert "every day at 09:00" in page
    assert "still looking for a better plan" in page
    assert "Better times for 1 tentative sequence" in client.get("/proposals/").content.decode()


def test_a_plan_is_dismissed_and_nothing_moves(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    sequence = tentative(site)
    plan = plan_for(site, sequence, 625)
    answer = as_user(scheduler).post(f"/proposals/{plan.pk}/dismiss/", follow=True)
    assert "nothing was moved" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.state == ProposalState.DISMISSED
    assert {one.start_minute for one in visits_of(sequence)} == {600}


def test_a_plan_is_accepted_and_its_times_are_written(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    sequence = tentative(site)
    window = Sequence.objects.get(pk=sequence.pk)
    assert window.promised_to_minute is not None
    plan = plan_for(site, sequence, 610)
    answer = as_user(scheduler).post(f"/proposals/{plan.pk}/accept/", follow=True)
    assert "The plan is carried out: 1 tentative time moved." in answer.content.decode()
    assert {one.start_minute for one in visits_of(sequence)} == {610}
    again = as_user(scheduler).post(f"/proposals/{plan.pk}/accept/")
    assert again.status_code == 409
    assert "decided" in as_user(scheduler).get(f"/proposals/{plan.pk}/").content.decode()


def test_asking_where_nothing_is_better_says_so(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    tentative(site)
    answer = as_user(scheduler).post(f"/proposals/week/{MONDAY}/ask/", follow=True)
    assert "No better times were found at once." in answer.content.decode()


@pytest.mark.parametrize("role", ["nurse", "physician", "clinic_lead", "administrator"])
def test_who_does_not_book_decides_no_plan(as_user: Any, site: Site, role: str) -> None:
    open_week(site)
    plan = plan_for(site, tentative(site), 625)
    client = as_user(people.staff(role, site=site))
    assert client.get("/proposals/").status_code == 403
    assert client.get(f"/proposals/{plan.pk}/").status_code == 403
    for act in ("accept", "dismiss"):
        assert client.post(f"/proposals/{plan.pk}/{act}/").status_code == 403
    assert client.post(f"/proposals/week/{MONDAY}/ask/").status_code == 403


def test_a_plan_of_another_clinic_is_not_found(as_user: Any, site: Site, other_site: Site) -> None:
    open_week(site)
    plan = plan_for(site, tentative(site), 625)
    client = as_user(people.staff("scheduler", site=other_site))
    assert client.get(f"/proposals/{plan.pk}/").status_code == 404
    assert client.post(f"/proposals/{plan.pk}/accept/").status_code == 404
    assert "No plan is waiting" in client.get("/proposals/").content.decode()


def test_the_words_of_a_plan_name_the_visits_it_cancels(site: Site) -> None:
    cancels = [{"visit": 1}, {"visit": 2}]
    plan = Proposal(site=site, kind=ProposalKind.REPAIR, moves=[{"visit": 3}], cancels=cancels, figures={})
    assert words_of(plan) == "2 visits could be cancelled, 1 moved."
    plan.cancels = []
    assert words_of(plan) == "1 visit could move."
