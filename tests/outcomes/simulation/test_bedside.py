"""Simulated monitors propose every five minutes and leave the simulated record as it is."""

from datetime import timedelta
from itertools import pairwise

import pytest

from infusions.models import InfusionEvent, Monitor, MonitorReading, VitalSet
from infusions.queries.course import course_of
from infusions.queries.monitors import proposals_of, review_list
from kitclinic.models import AuditEvent, Site
from outcomes.simulation import bedside
from outcomes.simulation.chair import Chair, last_act_of_a_person
from outcomes.simulation.clinic import Cast
from outcomes.simulation.script import Habits, Script
from tests.factories import infusions as factory
from tests.factories import people
from tests.factories.scheduling import actor

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(db: None) -> Site:
    return people.site(is_demo=True)


@pytest.fixture
def made(site: Site) -> factory.Chair:
    return factory.infusion(site=site, at_state="infusing")


@pytest.fixture
def chair(made: factory.Chair) -> Chair:
    found = Chair(visit=made.visit, script=Script("calm-0", Habits()))
    found.refresh()
    return found


@pytest.fixture
def cast(site: Site) -> Cast:
    one = {role: actor(role, site) for role in ("physician", "psychologist", "scheduler", "administrator")}
    return Cast(site=site, nurses=(actor("nurse", site),), physicians=(one["physician"],), psychologists=(), **one)


def test_each_chair_has_its_monitor_once(site: Site, cast: Cast, made: factory.Chair) -> None:
    bedside.set_up(cast, at=made.at)
    bedside.set_up(cast, at=made.at)
    assert sorted(Monitor.objects.values_list("chair", flat=True), key=lambda chair: chair or 0) == [
        None,
        *range(1, 9),
    ]


def test_a_reading_is_proposed_every_five_minutes_and_no_more(
    cast: Cast, made: factory.Chair, chair: Chair
) -> None:
    monitors = bedside.set_up(cast, at=made.at)
    before = (VitalSet.objects.count(), InfusionEvent.objects.count())
    for second in range(0, 20 * 60, 5):
        monitors.look([chair], made.at + timedelta(seconds=second))
    rows = MonitorReading.objects.filter(infusion=made.infusion)
    assert 4 <= rows.count() <= 5
    assert not rows.exclude(problem="").exists()
    times = sorted(rows.values_list("measured_at", flat=True))
    assert all(later - earlier >= 5 * MINUTE for earlier, later in pairwise(times[1:]))
    assert (VitalSet.objects.count(), InfusionEvent.objects.count()) == before
    newest = proposals_of(course_of(made.infusion), at=made.at + 20 * MINUTE).newest
    assert newest is not None


def test_another_process_goes_on_without_sending_twice(cast: Cast, made: factory.Chair, chair: Chair) -> None:
    bedside.set_up(cast, at=made.at).look([chair], made.at + 10 * MINUTE)
    first = MonitorReading.objects.count()
    assert bedside.set_up(cast, at=made.at).look([chair], made.at + 10 * MINUTE + timedelta(seconds=7)) == 0
    assert MonitorReading.objects.count() == first


def test_a_proposal_is_no_act_of_a_person(cast: Cast, made: factory.Chair, chair: Chair) -> None:
    before = last_act_of_a_person(chair)
    bedside.set_up(cast, at=made.at).look([chair], made.at + 10 * MINUTE)
    assert last_act_of_a_person(chair) == before


def test_one_reading_a_day_waits_for_review(site: Site, cast: Cast, made: factory.Chair) -> None:
    monitors = bedside.set_up(cast, at=made.at)
    for minutes in (0, 1, 60):
        monitors.look([], made.at + minutes * MINUTE)
    assert review_list(site).count() == 1


def test_nobody_in_the_chair_means_nothing_is_sent(site: Site, cast: Cast) -> None:
    waiting = factory.infusion(site=site, at_state="arrived")
    chair = Chair(visit=waiting.visit, script=Script("calm-0", Habits()))
    chair.refresh()
    bedside.set_up(cast, at=waiting.at).look([chair], waiting.at + 10 * MINUTE)
    assert not MonitorReading.objects.filter(infusion__isnull=False).exists()
    assert not AuditEvent.objects.filter(event="reading received").exclude(detail__review=True).exists()
