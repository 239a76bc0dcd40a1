"""The waiting list when several people act at one moment, on real PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connections

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    answer_place_offer,
    offer_free_places,
    release_expired_holds,
    stop_waiting_for_place,
    wait_for_place,
)
from scheduling.models import PlaceOffer, PlaceWait, Sequence, Visit
from scheduling.rules.places import Wait
from scheduling.states import SequenceState
from tests.factories import people
from tests.factories.suite import MONDAY, before, open_week, patient_for
from tests.races import race


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    site = people.site(chairs=1)
    open_week(site)
    yield site
    connections.close_all()


@pytest.fixture
def now(clinic: Site) -> datetime:
    return before(clinic, MONDAY, days=6)


@pytest.fixture
def desk(clinic: Site) -> StaffUser:
    return people.staff("scheduler", site=clinic)


@pytest.fixture
def wait(clinic: Site, desk: StaffUser, now: datetime) -> PlaceWait:
    return wait_for_place(patient=patient_for(clinic, MONDAY), wait=Wait(), by=desk, at=now)


def offer() -> PlaceOffer:
    return PlaceOffer.objects.select_related("site", "wait", "sequence__site").latest("pk")


def test_sch_68_two_rounds_at_once_make_one_offer(clinic: Site, wait: PlaceWait, now: datetime) -> None:
    done, lost = race(*(lambda: offer_free_places(site=clinic, at=now) for _ in range(3)))
    assert (sorted(done), lost) == ([0, 0, 1], [])
    assert (PlaceOffer.objects.count(), Visit.objects.count()) == (1, 5)


def test_sch_68_two_answers_at_once_count_once(
    clinic: Site, wait: PlaceWait, desk: StaffUser, now: datetime
) -> None:
    offer_free_places(site=clinic, at=now)
    done, lost = race(
        lambda: answer_place_offer(offer=offer(), accepts=True, by=desk, at=now),
        lambda: answer_place_offer(offer=offer(), accepts=False, by=desk, at=now),
    )
    assert (len(done), len(lost)) == (1, 1)
    assert isinstance(lost[0], Refused)
    booked = offer().state == "accepted"
    assert offer().state in ("accepted", "declined")
    assert Sequence.objects.get().state == (SequenceState.CONFIRMED if booked else SequenceState.REQUESTED)
    assert Visit.objects.count() == (5 if booked else 0)


def test_sch_69_acceptance_and_the_end_at_one_moment_leave_one_of_them(
    clinic: Site, wait: PlaceWait, desk: StaffUser, now: datetime
) -> None:
    offer_free_places(site=clinic, at=now)
    ends = offer().expires_at
    done, lost = race(
        lambda: answer_place_offer(offer=offer(), accepts=True, by=desk, at=now),
        lambda: release_expired_holds(site=clinic, at=ends),
    )
    state, visits = offer().state, Visit.objects.count()
    assert (state, visits) in (("accepted", 5), ("expired", 0))
    assert len(lost) == (0 if state == "accepted" else 1)
    assert len(done) == 2 - len(lost)


def test_stopping_while_the_patient_accepts_leaves_a_whole_state(
    clinic: Site, wait: PlaceWait, desk: StaffUser, now: datetime
) -> None:
    offer_free_places(site=clinic, at=now)
    done, lost = race(
        lambda: answer_place_offer(offer=offer(), accepts=True, by=desk, at=now),
        lambda: stop_waiting_for_place(wait=PlaceWait.objects.get(pk=wait.pk), reason="gone", by=desk, at=now),
    )
    assert len(done) >= 1
    assert all(isinstance(error, Refused) for error in lost)
    wait.refresh_from_db()
    assert wait.ended_at == now
    assert (offer().state, Visit.objects.count()) in (("accepted", 5), ("withdrawn", 0))
