"""What is due, what flags, how long is observed: as the order's own protocol says, beside the standard."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions import actions
from infusions.models import Infusion
from infusions.queries.chart import chart as chart_of
from infusions.queries.course import course_of
from infusions.queries.trend import trend
from infusions.rules.due import slots
from infusions.rules.vitals import Vitals, beyond_limit
from infusions.states import Rhythm
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import write_protocol
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import Ordered
from tests.factories import infusions as chairs
from tests.factories import suite

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_day(site: Site, lead: StaffUser) -> str:
    """One day: 0.6 mg/kg over 90 min, a set every 20 min, flags above 10%, an hour of observation."""
    version = write_protocol(
        site=site,
        name="One long day",
        protocol=None,
        ordered=Ordered(days=1, mg_per_kg=Decimal("0.6"), vitals_minutes=20, change_percent=10),
        lengths=Lengths(10, 90, 60, 5),
        valid_from=suite.MONDAY,
        because="asked for",
        by=lead,
        at=suite.before(site, suite.MONDAY, days=20),
    )
    return version.protocol


def codes(infusion: Infusion, at) -> list[str]:
    return [slot.code for slot in course_of(Infusion.objects.get(pk=infusion.pk)).grid(at)]


def test_the_standard_stays_as_published_beside_another_protocol(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="infusing")
    assert codes(it.infusion, it.at) == ["start+15", "start+30", "end", "end+15", "end+30"]
    order = it.infusion.order
    assert (order.protocol, order.dose_mg, order.infusion_minutes) == (None, Decimal("41.250"), 40)


def test_another_protocol_sets_dose_due_times_and_the_planned_end(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="infusing", protocol=long_day)
    order = it.infusion.order
    assert (order.mg_per_kg, order.dose_mg) == (Decimal("0.6"), Decimal("49.5"))
    assert (order.infusion_minutes, order.infusions_ordered) == (90, 1)
    grid = ["start+20", "start+40", "start+60", "start+80", "end", "end+20", "end+40", "end+60"]
    assert codes(it.infusion, it.at) == grid
    course = course_of(Infusion.objects.get(pk=it.infusion.pk))
    assert course.ends_at(it.at) == it.infusion.started_at + timedelta(minutes=90)


def test_flags_take_the_threshold_of_the_orders_protocol_exactly(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="infusing", protocol=long_day)
    calm = it.infusion.baseline
    assert (calm.sbp, calm.hr) == (128, 70)
    exactly = Vitals(128, 78, 77, 98, Rhythm.SINUS)  # 70 + 10%
    assert not it.later(minutes=20).vitals(exactly).flags.exists()
    above = Vitals(128, 78, 78, 98, Rhythm.SINUS)
    assert [flag.sign for flag in it.later(minutes=20).vitals(above).flags.all()] == ["hr"]


def test_the_same_set_does_not_flag_under_the_standard(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="infusing")
    assert not it.later(minutes=15).vitals(Vitals(128, 78, 78, 98, Rhythm.SINUS)).flags.exists()


def test_the_trend_draws_the_baseline_and_the_band_of_the_orders_own_threshold(site: Site, long_day: str) -> None:
    edges = {}
    for protocol in (long_day, None):
        it = chairs.infusion(site=site, at_state="infusing", protocol=protocol)
        course = course_of(Infusion.objects.get(pk=it.infusion.pk))
        it.later(minutes=20)
        drawn = trend(course, site=site, at=it.at)
        assert drawn is not None
        bands = [line.band for line in drawn.lines if line.band]
        assert [band.base for band in bands] == ["128", "78", "70", "98"]
        assert all(float(band.top_y) < float(band.base_y) < float(band.bottom_y) for band in bands)
        edges[protocol] = [(band.top, band.bottom) for band in bands[:3]]
    assert edges[long_day] == [("+10% 140.8", "−10% 115.2"), ("+10% 85.8", "−10% 70.2"), ("+10% 77", "−10% 63")]
    assert edges[None] == [("+20% 153.6", "−20% 102.4"), ("+20% 93.6", "−20% 62.4"), ("+20% 84", "−20% 56")]


def test_the_threshold_is_compared_in_whole_numbers() -> None:
    for percent in (1, 10, 20, 33, 100):
        for baseline in range(30, 131):
            for value in range(1, 261):
                exact = abs(value - baseline) * 100 > percent * baseline
                assert beyond_limit(value, baseline, percent) is exact
    assert not beyond_limit(120, 100, 20)
    assert beyond_limit(121, 100, 20)


def test_observation_is_as_long_as_the_protocol_says(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="infusing", protocol=long_day)
    it.later(minutes=90)
    it._do(actions.complete_infusion, delivered_mg=Decimal("49.5"))
    it.vitals()
    it.waste_rest()
    it.later(minutes=59).vitals()
    with pytest.raises(Refused, match="observation runs 1 min more"):
        it.discharge()
    it.later(minutes=1).discharge()
    assert it.infusion.state == "discharged"
    assert it.infusion.order.state == "completed"
    sequence = it.visit.sequence
    sequence.refresh_from_db()
    assert sequence.state == "completed"


def test_the_chart_says_which_day_of_how_many(site: Site, long_day: str) -> None:
    it = chairs.infusion(site=site, at_state="arrived", protocol=long_day)
    assert ("Course", "Day 1 of 1") in chart_of(it.visit, at=it.at).facts


def test_an_observation_shorter_than_the_interval_has_one_set_at_its_end(site: Site) -> None:
    start = suite.before(site, suite.MONDAY)
    end = start + timedelta(minutes=30)
    grid = slots(started_at=start, ends_at=end, every=timedelta(minutes=30), observation=timedelta(minutes=10))
    assert [slot.code for slot in grid] == ["end", "end+10"]
