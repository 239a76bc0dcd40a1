"""Infusions on real rows across the change of clocks: in New York and Berlin, in autumn and in spring."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from infusions.models import Infusion
from infusions.queries.course import course_of
from infusions.queries.opening import opening_of
from infusions.rules.discharge import may_leave_at
from kitclinic.problems import Refused
from scheduling.models import SuiteDay
from tests.factories import infusions, people, suite

MINUTE = timedelta(minutes=1)
DUE = (15, 30, 40, 55, 70)
NIGHTS = {  # the change itself in UTC, the clinic's day, its zone, and the two names of its time
    "NY back": (datetime(2026, 11, 1, 6, tzinfo=UTC), date(2026, 11, 1), "America/New_York", "EDT", "EST"),
    "NY forward": (
        datetime(2027, 3, 14, 7, tzinfo=UTC),
        date(2027, 3, 14),
        "America/New_York",
        "EST",
        "EDT",
    ),
    "Berlin back": (datetime(2026, 10, 25, 1, tzinfo=UTC), date(2026, 10, 25), "Europe/Berlin", "CEST", "CET"),
    "Berlin forward": (datetime(2027, 3, 28, 1, tzinfo=UTC), date(2027, 3, 28), "Europe/Berlin", "CET", "CEST"),
}


@pytest.fixture(params=NIGHTS, autouse=True)
def night(request):
    return NIGHTS[request.param]


@pytest.fixture
def seated(night, db, settings):
    """Everything before the start but the baseline set, 50 min before the change, in a clinic open at night."""
    settings.READINESS_CHECKS = []
    change, sunday, zone, *_ = night
    site = people.site(time_zone=zone, first_weekday=6, opens_minute=0, closes_minute=1439)
    suite.open_week(site, sunday)
    visit = infusions.visit(site=site, monday=sunday, minute=15)
    chair = infusions.chair(site=site, visit=visit, at=change - 50 * MINUTE)
    chair.arrive().weigh().identify().premed().draw().pump()
    return chair


def refused(act):
    with pytest.raises(Refused) as caught:
        act()
    return {problem.rule for problem in caught.value.problems}


def run_through(chair, change):
    """Baseline 25 min, start 20 min before the change: it comes between the sets at 15 and 30 min."""
    chair.at = change - 25 * MINUTE
    chair.vitals()
    chair.at = change - 20 * MINUTE
    chair.start()
    return chair.infusion.started_at


def said(response):
    """Every time of day on a page or a paper, with the zone behind it."""
    text = response.content.decode() if "pdf" not in response["Content-Type"] else paper(response)
    return re.findall(r"\b([0-2]\d:[0-5]\d)\b(?:\s*(EDT|EST|CEST|CET))?", re.sub(r"<[^>]+>", " ", text))


def paper(response):
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def all_sets_taken(seated, start):
    """Every set at its due time, the end at 40 min, and the rest wasted."""
    for after in DUE:
        seated.at = start + after * MINUTE
        if after == 40:
            seated._do(infusions.actions.complete_infusion, delivered_mg=infusions.Decimal("41.25"))
        seated.vitals()
    seated.waste_rest()


def test_due_01_and_dis_01_due_times_and_observation_are_real_minutes_across_the_change(night, seated):
    change, *_ = night
    start = run_through(seated, change)
    all_sets_taken(seated, start)
    course = course_of(seated.infusion)
    assert [slot.due_at - start for slot in course.grid(seated.at)] == [after * MINUTE for after in DUE]
    taken = [row.slot for row in course.sets]
    assert taken == ["baseline", "start+15", "start+30", "end", "end+15", "end+30"]
    assert may_leave_at(seated.infusion.ended_at, course.observation) - start == 70 * MINUTE
    seated.at = start + 69 * MINUTE + 59 * timedelta(seconds=1)
    assert "DIS-01" in refused(seated.discharge)
    seated.at = start + 70 * MINUTE
    assert seated.discharge().infusion.state == "discharged"
    ended, began = seated.infusion.ended_at, Infusion.objects.get().started_at
    assert (ended - began, seated.infusion.discharged_at - ended) == (40 * MINUTE, 30 * MINUTE)


def test_vit_12_a_baseline_across_the_change_is_15_real_minutes_old_at_most(night, seated):
    change, *_ = night
    seated.at = change - 8 * MINUTE
    seated.vitals()
    seated.at = change + 7 * MINUTE + timedelta(seconds=1)
    assert refused(seated.start) == {"VIT-12"}  # and nothing else: the night closes no other gate
    seated.at = change + 7 * MINUTE
    assert seated.start().infusion.state == "infusing"


def test_inf_26_the_opening_list_holds_across_the_change_and_the_provider_was_never_away(night, seated):
    change, *_ = night
    site = seated.visit.site
    for minutes in (-49, -1, 0, 1, 30, 59, 61, 119):
        assert opening_of(site, change + minutes * MINUTE).complete, minutes


def test_every_time_of_the_night_on_chart_board_and_paper_says_its_zone(night, seated, as_user):
    change, sunday, _, before, after = night
    start = run_through(seated, change)
    site, client = seated.visit.site, as_user(seated.nurse)
    page = lambda name, *more: said(client.get(reverse(f"infusions:{name}", args=more)))  # noqa: E731
    all_sets_taken(seated, start)
    names = ("chart", "chart_print", "flowsheet_pdf")
    with time_machine.travel(seated.at + MINUTE, tick=False):
        client.force_login(seated.nurse)
        shown = {name: page(name, seated.visit.pk) for name in names}
        seated.at = seated.at + MINUTE
        seated.discharge()
        shown["visit_pdf"] = page("visit_pdf", seated.visit.pk)
        shown["opening"] = page("opening")
    hours = {f"{site.local(change + step * MINUTE):%H:%M}" for step in range(-60, 121)}
    for name, times in shown.items():
        bare = [time for time, zone in times if not zone and time in hours]
        assert bare == [], f"{name} says {bare} without its zone on {sunday}"
        assert times, name
    clocks = [site.clock(start + minutes * MINUTE) for minutes in (0, *DUE)]
    assert len(set(clocks)) == len(clocks)
    flowsheet = [f"{time} {zone}" for time, zone in shown["flowsheet_pdf"]]
    assert set(clocks) <= set(flowsheet)
    assert {zone for _, zone in shown["flowsheet_pdf"] if zone} >= {before, after}


def test_a_suite_day_of_the_change_has_23_or_25_hours_and_its_minutes_do_not_repeat(night, seated):
    change, sunday, *_ = night
    site, day = seated.visit.site, SuiteDay.objects.get(site=seated.visit.site, date=sunday)
    assert site.changes_clocks(day.date)
    stamps = [change + step * MINUTE for step in range(-90, 91)]
    assert all(one < two for one, two in pairwise(stamps))
    assert len({site.clock(stamp) for stamp in stamps}) == len(stamps)
