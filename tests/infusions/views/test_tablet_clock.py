"""A tablet whose clock is 47 min ahead or behind: four times are kept, and the server's clock decides."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from infusions.models import Infusion, InfusionEvent, VitalSet
from infusions.queries.course import course_of
from tests.factories import infusions
from tests.journeys.steps import DRIVER, LEAVING

HX = {"HX-Request": "true"}
SET = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}
MINUTE = timedelta(minutes=1)
OFF = 47 * MINUTE
Kind = InfusionEvent.Kind


@pytest.fixture(params=[OFF, -OFF], ids=["47 min ahead", "47 min behind"])
def off(request):
    return request.param


@pytest.fixture
def stage(site, clock, as_user, nurse):
    def put(state: str):
        chair = infusions.infusion(site=site, nurse=nurse, at_state=state)
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


def url(name, chair):
    return reverse(f"infusions:{name}", args=[chair.visit.pk])


def send(chair, name, off, /, **data):
    """What the tablet sends: its own time of day, and how far that is from the server's."""
    tablet = {
        "device_at": (chair.at + off).isoformat(),
        "clock_offset_ms": str(int(off / timedelta(milliseconds=1))),
    }
    return chair.client.post(url(name, chair), {"key": str(uuid4())} | tablet | data, headers=HX)


def words(response):
    return " ".join(response.content.decode().split())


def four_times(row):
    return row.occurred_at, row.device_at, row.received_at, row.clock_offset_ms


def kept(chair, off):
    return chair.at, chair.at + off, chair.at, int(off / timedelta(milliseconds=1))


def typed(chair, moment):
    return f"{chair.infusion.site.local(moment):%H:%M}"


def test_vit_21_a_set_keeps_its_four_times_and_is_due_late_or_missed_by_the_server(stage, clock, off):
    chair = stage("infusing")
    start = chair.at
    for minutes, slot, said in ((15, "start+15", "on time"), (36, "start+30", "6 min late")):
        clock(chair.later(minutes=(start + minutes * MINUTE - chair.at) / MINUTE).at)
        grid = course_of(chair.infusion).grid(chair.at)
        assert send(chair, "chart_vitals", off, **SET).status_code == 200
        row = VitalSet.objects.latest("pk")
        assert (four_times(row), row.slot) == (kept(chair, off), slot)
        assert course_of(chair.infusion).grid(chair.at) == grid  # no due time moves
        assert said in words(chair.client.get(url("chart", chair)))
    assert [slot.due_at - start for slot in grid] == [after * MINUTE for after in (15, 30, 40, 55, 70)]


def test_a_start_and_a_baseline_go_by_the_server(stage, clock, off):
    chair = stage("ready")  # its baseline was just read; by the tablet that is 47 min ago, or still to come
    clock(chair.later(minutes=15).at)
    assert send(chair, "chart_start", off).status_code == 204  # the page opens anew
    found = Infusion.objects.get()
    assert found.started_at == chair.at
    assert four_times(InfusionEvent.objects.get(kind=Kind.STARTED)) == kept(chair, off)


def test_vit_12_a_baseline_16_min_old_starts_nothing_whatever_the_tablet_says(stage, clock, off):
    chair = stage("ready")
    clock(chair.later(minutes=15, seconds=1).at)
    answer = send(chair, "chart_start", off)
    assert answer.status_code == 422
    assert "15 is the most" in words(answer)
    assert Infusion.objects.get().started_at is None


def test_dis_01_observation_is_30_min_by_the_server(stage, clock, off):
    chair = stage("infusing")
    for _ in range(2):
        clock(chair.later(minutes=15).at)
        send(chair, "chart_vitals", off, **SET)
    clock(chair.later(minutes=10).at)
    volume = str(chair.infusion.order.total_ml)
    assert send(chair, "chart_complete", off, infused_ml=volume).status_code == 200
    ended = Infusion.objects.get().ended_at
    assert ended == chair.at
    send(chair, "chart_vitals", off, **SET)
    chair.infusion.refresh_from_db()
    chair.waste_rest()
    clock(chair.later(minutes=15).at)
    send(chair, "chart_vitals", off, **SET)
    clock(chair.later(minutes=14, seconds=59).at)
    send(chair, "chart_vitals", off, **SET)
    leave = {"checks": LEAVING, "instructions": "English", **DRIVER, "confirmed": "DIS-12", "seen": "on"}
    early = send(chair, "chart_discharge", off, **leave)
    assert (early.status_code, "DIS-01" in words(early)) == (422, True)
    assert Infusion.objects.get().state == "observing"
    clock(chair.later(seconds=1).at)
    answer = send(chair, "chart_discharge", off, **leave)
    assert answer.status_code in (200, 204), words(answer)
    assert Infusion.objects.get().discharged_at - ended == 30 * MINUTE


def test_run_01_a_time_read_off_a_clock_that_is_ahead_is_refused_in_words(stage, clock):
    chair = stage("infusing").later(minutes=20)
    clock(chair.at)
    ahead = typed(chair, chair.at + OFF)
    refused = [
        send(chair, "chart_side_effect", OFF, symptom="nausea", severity="mild", happened_at=ahead),
        send(chair, "chart_vitals", OFF, **SET, taken_at=ahead),
        send(chair, "chart_missed", OFF, kind="stopped", reason="side_effect", happened_at=ahead),
    ]
    for answer in refused:
        assert answer.status_code == 422
        assert "This time is in the future. Enter when it happened." in words(answer)
    assert not InfusionEvent.objects.filter(kind__in=[Kind.SIDE_EFFECT, Kind.STOPPED]).exists()
    assert VitalSet.objects.count() == 1


def test_run_02_a_time_read_off_a_clock_that_is_behind_is_taken_and_marked_as_late(stage, clock):
    """A fact in the past is never refused; that it may be the clock, the chart and the paper say."""
    chair = stage("infusing").later(minutes=50)
    clock(chair.at)
    behind = typed(chair, chair.at - OFF)
    then = chair.at - OFF
    answer = send(chair, "chart_side_effect", -OFF, symptom="nausea", severity="mild", happened_at=behind)
    assert answer.status_code == 200, words(answer)
    row = InfusionEvent.objects.get(kind=Kind.SIDE_EFFECT)
    assert four_times(row) == (then, then, chair.at, -47 * 60_000)
    assert send(chair, "chart_vitals", -OFF, **SET, taken_at=behind).status_code == 200
    taken = VitalSet.objects.latest("pk")
    assert four_times(taken) == (then, then, chair.at, -47 * 60_000)
    assert taken.slot == "extra"  # read 3 min after the start: it fills no due time
    assert "charted 47 min late" in words(chair.client.get(url("chart", chair)))


def test_the_paper_says_what_the_tablet_s_clock_said(stage, clock, off):
    chair = stage("infusing")
    clock(chair.later(minutes=15).at)
    send(chair, "chart_vitals", off, **SET)
    answer = chair.client.get(url("flowsheet_pdf", chair))
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)
    sign = "+" if off > timedelta(0) else "\N{MINUS SIGN}"
    assert f"thetablet'sclockwas{sign}47minoff" in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert f"tabletsaid{typed(chair, chair.at + off)}" in text


def test_the_page_carries_the_server_s_clock_and_the_place_of_the_warning(stage, clock):
    """What warns, above 60 s, is clock-skew.js in a browser: tests/browser/test_vitals_hand.py."""
    chair = stage("infusing")
    page = words(chair.client.get(url("chart", chair)))
    assert f'data-kc-now="{int(chair.at.timestamp())}"' in page
    assert "data-kc-skew" in page
    assert "js/clock-skew.js" in page
