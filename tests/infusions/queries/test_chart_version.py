"""The version of a chart: one query, and every act that shows on the chart changes it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Flag
from infusions.queries.chart_version import chart_version
from tests.factories import infusions, ledger

HIGH = replace(infusions.CALM, sbp=156)


@pytest.fixture
def chair(site):
    return infusions.infusion(site=site, at_state="infusing")


def flagged(chair):
    chair.vitals(HIGH)
    return Flag.objects.first()


ACTS = {
    "a set": lambda it: it.vitals(),
    "a pause": lambda it: it._do(actions.pause_infusion),
    "a stop": lambda it: it._do(actions.stop_infusion),
    "an event": lambda it: it.event("side_effect", symptom="nausea", severity="mild"),
    "the end": lambda it: it.later(minutes=40)._do(actions.complete_infusion, delivered_mg=Decimal("41.25")),
    "a dose drawn": lambda it: ledger.withdrawn(it.infusion, by=it.nurse, at=it.at),
}


@pytest.mark.parametrize("act", [name for name in ACTS if name != "a dose drawn"])
def test_every_act_at_the_chair_changes_the_version(chair, act):
    at = chair.at + timedelta(hours=1)  # the same minute before and after
    before = chart_version(chair.visit, at)
    assert chart_version(chair.visit, at) == before
    ACTS[act](chair)
    assert chart_version(chair.visit, at) != before


def test_a_drawn_dose_changes_the_version(site):
    chair = infusions.infusion(site=site, at_state="arrived")
    before = chart_version(chair.visit, chair.at)
    chair.weigh()
    weighed = chart_version(chair.visit, chair.at)
    ACTS["a dose drawn"](chair)
    assert len({before, weighed, chart_version(chair.visit, chair.at)}) == 3


def test_an_answer_to_a_flag_changes_the_version(chair):
    flag = flagged(chair)
    before = chart_version(chair.visit, chair.at)
    actions.acknowledge_flag(flag=flag, symptomatic=False, action="watching on", by=chair.nurse, at=chair.at)
    assert chart_version(chair.visit, chair.at) != before


def test_a_correction_changes_the_version(chair):
    row = chair.vitals(HIGH)
    before = chart_version(chair.visit, chair.at)
    actions.correct_vitals(
        vital_set=row, reading=infusions.CALM, reason="misread", key=uuid4(), by=chair.nurse, at=chair.at
    )
    assert chart_version(chair.visit, chair.at) != before


def test_a_new_minute_is_a_new_version(chair):
    at = chair.at.replace(second=10)
    assert chart_version(chair.visit, at) == chart_version(chair.visit, at + timedelta(seconds=49))
    assert chart_version(chair.visit, at) != chart_version(chair.visit, at + timedelta(seconds=50))


def test_another_patient_s_act_leaves_it_alone(chair, site):
    other = infusions.infusion(site=site, at_state="infusing", minute=560)
    before = chart_version(chair.visit, chair.at)
    other.vitals()
    assert chart_version(chair.visit, chair.at) == before


def test_the_version_costs_one_query(chair, django_assert_num_queries):
    with django_assert_num_queries(1):
        chart_version(chair.visit, chair.at)
