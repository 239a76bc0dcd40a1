"""One order is held, one amended, one held by word of mouth, and no chair of today waits for any of them."""

from datetime import timedelta
from random import Random

import pytest

from infusions.models import Order, VerbalOrder
from infusions.queries.verbal import to_cosign
from infusions.rules.verbal import COSIGN_WITHIN
from infusions.states import OrderState
from kitclinic.models import Transition
from outcomes.simulation.clinic import Cast, ensure_days
from outcomes.simulation.courses import enrol_fully
from outcomes.simulation.decisions import HEAVIER, decide_otherwise
from outcomes.simulation.today import sign_what_starts_soon
from scheduling.actions import open_weeks
from scheduling.queries.patients import latest_weight
from tests.outcomes.simulation.conftest import NOW


@pytest.fixture
def booked(cast: Cast) -> Cast:
    """One signed order of this week and three of next week."""
    (first, *_) = cast.site.week_of(cast.site.today(NOW))
    next_week = first + timedelta(days=7)
    ensure_days(cast, cast.site.week_of(first), at=NOW - timedelta(days=60))
    open_weeks(site=cast.site, by=cast.administrator, at=NOW, first=next_week, weeks=1)
    random = Random("decisions")
    for day, minute in ((first, 0), (next_week, 0), (next_week, 85), (next_week, 170)):
        start = cast.site.opens_minute + minute
        assert enrol_fully(cast, random, first_day=day, start_minute=start, now=NOW)
    assert set(Order.objects.values_list("state", flat=True)) == {"signed"}
    return cast


def states_of(cast: Cast) -> list[tuple[int, str]]:
    rows = Order.objects.filter(site=cast.site).order_by("sequence__first_day", "sequence_id", "version")
    return [(order.version, order.state) for order in rows]


def test_one_is_held_one_amended_and_one_waits_for_its_co_signature(booked: Cast) -> None:
    decide_otherwise(booked, now=NOW)
    assert states_of(booked) == [(1, "signed"), (1, "held"), (1, "superseded"), (2, "signed"), (1, "held")]
    heavier = Order.objects.get(held_because__contains="from the", state=OrderState.HELD)
    weight = latest_weight(heavier.sequence.patient)
    assert weight is not None
    assert abs(weight.weight_kg - heavier.weight_kg * HEAVIER) < 1
    amended = Order.objects.get(version=2)
    assert "Sertraline" in amended.supersedes_reason
    assert "Sertraline 50 mg" in amended.psychotropics
    (task,) = to_cosign(booked.site, at=NOW, prescriber=booked.physician)
    assert (task.overdue, task.due_at - task.verbal.said_at) == (False, COSIGN_WITHIN)
    assert task.verbal.heard_by == booked.nurses[0]


def test_the_chairs_of_this_week_wait_for_nothing_and_nothing_happens_after_now(booked: Cast) -> None:
    decide_otherwise(booked, now=NOW)
    last = booked.site.week_of(booked.site.today(NOW))[-1]
    open_ones = Order.objects.exclude(state=OrderState.SIGNED)
    assert all(order.sequence.first_day > last for order in open_ones)
    assert not Transition.objects.filter(subject="infusions_order", at__gt=NOW).exists()
    assert VerbalOrder.objects.get().said_at <= NOW


def test_it_happens_once_and_not_before_there_are_three(booked: Cast) -> None:
    one = Order.objects.filter(sequence__first_day__gt=booked.site.today(NOW)).first()
    assert one is not None
    Order.objects.filter(pk=one.pk).update(state=OrderState.HELD)
    decide_otherwise(booked, now=NOW)
    assert not VerbalOrder.objects.exists()
    Order.objects.filter(pk=one.pk).update(state=OrderState.SIGNED)
    for _ in range(2):
        decide_otherwise(booked, now=NOW)
    assert (VerbalOrder.objects.count(), Order.objects.count()) == (1, 5)


def test_what_is_still_held_is_ordered_anew_on_the_day_before(booked: Cast) -> None:
    decide_otherwise(booked, now=NOW)
    first = Order.objects.filter(state=OrderState.HELD).first()
    assert first is not None
    assert first.sequence.first_day is not None
    before = booked.site.instant(first.sequence.first_day - timedelta(days=1), 600)
    sign_what_starts_soon(booked, now=before - timedelta(days=1))
    assert Order.objects.filter(state=OrderState.HELD).count() == 2
    sign_what_starts_soon(booked, now=before)
    assert not Order.objects.filter(state=OrderState.HELD).exists()
    assert Order.objects.filter(state=OrderState.SIGNED, version=2).count() == 3
