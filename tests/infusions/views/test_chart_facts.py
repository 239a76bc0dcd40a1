"""What is seen, done and called at the chair, as requests."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import Infusion, InfusionEvent
from tests.factories import infusions

HX = {"HX-Request": "true"}
Kind = InfusionEvent.Kind


@pytest.fixture
def stage(site, clock, as_user, nurse):
    def put(state: str, **fields):
        chair = infusions.infusion(site=site, nurse=nurse, at_state=state, **fields)
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


def url(name, chair, *more):
    return reverse(f"infusions:{name}", args=[chair.visit.pk, *more])


def post(chair, name, **data):
    return chair.client.post(url(name, chair), {"key": str(uuid4())} | data, headers=HX)


def words(response):
    return response.content.decode()


def page(chair):
    return words(chair.client.get(url("chart", chair)))


def test_a_side_effect_may_be_dated_earlier_and_is_marked_late(stage, clock, site):
    chair = stage("infusing").later(minutes=20)
    clock(chair.at)
    typed = f"{site.local(chair.at - timedelta(minutes=18)):%H:%M}"
    assert (
        post(chair, "chart_side_effect", symptom="perception", severity="moderate", happened_at=typed).status_code
        == 200
    )
    (row,) = InfusionEvent.objects.filter(kind=Kind.SIDE_EFFECT)
    assert row.received_at - row.occurred_at == timedelta(minutes=18)
    assert "charted 18 min late" in page(chair)


def test_chs_11_other_without_words_is_refused_and_nothing_is_written(stage):
    chair = stage("infusing")
    answer = post(chair, "chart_side_effect", symptom="other", severity="mild")
    assert answer.status_code == 422
    assert "Say which side effect it is." in words(answer)
    assert post(chair, "chart_intervention", what="medication").status_code == 422
    assert not InfusionEvent.objects.filter(kind__in=[Kind.SIDE_EFFECT, Kind.INTERVENTION]).exists()


def test_the_emergency_team_is_one_tap_and_its_questions_come_after(stage):
    chair = stage("infusing")
    assert 'action="' + url("chart_emergency", chair) in page(chair)
    assert post(chair, "chart_emergency").status_code == 200
    assert "Emergency team called" in page(chair)
    assert "They are here" in page(chair)
    assert post(chair, "chart_emergency_here", who="Dr Mora", note="awake, 98/50").status_code == 200
    assert "They are here" not in page(chair)
    kinds = list(InfusionEvent.objects.filter(kind__startswith="emergency").values_list("kind", flat=True))
    assert kinds == [Kind.EMERGENCY_TEAM, Kind.EMERGENCY_ARRIVED]


def test_chs_12_a_call_stands_on_the_chart_until_it_is_answered(stage, physician):
    chair = stage("infusing")
    post(chair, "chart_call", provider=physician.pk, note="BP 170/100")
    assert f"{physician.name} called" in page(chair)
    silent = post(chair, "chart_answered", provider=physician.pk, came="no")
    assert (silent.status_code, "what was said on the phone" in words(silent)) == (422, True)
    assert post(chair, "chart_answered", provider=physician.pk, came="no", note="go on").status_code == 200
    after = page(chair)
    assert f"{physician.name} called" not in after
    assert f"Provider answered by phone: {physician.name}: go on" in after


def test_chs_13_a_wrong_tap_is_struck_out_and_stays_in_sight(stage):
    chair = stage("infusing")
    post(chair, "chart_emergency")
    event = InfusionEvent.objects.get(kind=Kind.EMERGENCY_TEAM)
    sheet = words(chair.client.get(url("chart_sheet", chair, "strike"), {"event": event.pk}, headers=HX))
    assert "Emergency team called" in sheet
    assert post(chair, "chart_strike", event=event.pk, reason="wrong button").status_code == 200
    after = page(chair)
    assert "<del>Emergency team called</del>" in after
    assert "They are here" not in after


def test_an_event_of_another_chart_is_not_struck_out_here(stage):
    other = stage("infusing", minute=570)
    event = other.event(Kind.SIDE_EFFECT, symptom="nausea", severity="mild")
    chair = stage("infusing", minute=630, chair=3)
    assert post(chair, "chart_strike", event=event.pk, reason="no").status_code == 404


def test_chs_08_a_stop_that_was_not_charted_is_stored_with_its_time(stage, clock, site):
    chair = stage("infusing").later(minutes=20)
    clock(chair.at)
    when = site.local(chair.at - timedelta(minutes=6))
    data = {"kind": "stopped", "reason": "medical_event", "happened_at": f"{when:%H:%M}"}
    assert post(chair, "chart_missed", **data).status_code == 200
    found = Infusion.objects.get()
    assert (found.outcome, found.stop_reason) == ("stopped", "medical_event")
    assert f"{site.local(found.ended_at):%H:%M}" == f"{when:%H:%M}"
    assert post(chair, "chart_missed", kind="stopped").status_code == 422


def test_chs_08_a_symptom_after_the_discharge_is_taken_and_marked(stage, clock):
    chair = stage("discharged")
    clock(chair.later(hours=5).at)
    assert "Side effect" in page(chair)
    assert post(chair, "chart_side_effect", symptom="nausea", severity="severe").status_code == 200
    assert "(patient not here)" in page(chair)


def test_the_stop_asks_for_its_side_effect_and_records_it(stage):
    chair = stage("infusing")
    post(chair, "chart_stop")
    given = {"reason": "side_effect", "symptom": "perception", "severity": "severe", "infused_ml": "10"}
    assert post(chair, "chart_stop_reason", **given).status_code == 200
    effect = InfusionEvent.objects.get(kind=Kind.SIDE_EFFECT)
    assert effect.detail == {"symptom": "perception", "severity": "severe"}


@pytest.mark.parametrize("state", ["arrived", "infusing", "observing", "discharged"])
def test_the_emergency_team_and_stop_are_on_the_page_in_every_phase(stage, state):
    chair = stage(state)
    html = page(chair)
    assert "emergency" in html
    assert ("STOP" in html) is (state == "infusing")


def test_only_who_charts_records(stage, as_user, physician):
    chair = stage("infusing")
    chair.client = as_user(physician)
    for name in ("chart_emergency", "chart_side_effect", "chart_intervention", "chart_missed", "chart_strike"):
        assert post(chair, name).status_code == 403
