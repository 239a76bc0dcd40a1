"""The way home."""

from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import InfusionEvent, Order
from kitclinic.problems import Refused
from tests.factories import infusions

Kind = InfusionEvent.Kind


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def observed(site):
    return infusions.infusion(site=site, at_state="observed")


def test_a_patient_with_everything_done_leaves(observed):
    observed.discharge()
    assert observed.infusion.state == "discharged"
    assert observed.infusion.discharged_at == observed.at
    observed.visit.refresh_from_db()
    assert observed.visit.state == "attended"
    assert observed.infusion.events.get(kind=Kind.DISCHARGED).detail["driver"] == "Robin Quist"


def test_dis_01_not_a_minute_before_thirty(observed):
    with pytest.raises(Refused) as refused:
        observed.later(seconds=-1).discharge()
    assert rules(refused) == {"DIS-01"}


def test_everything_missing_is_listed_at_once(observed):
    with pytest.raises(Refused) as refused:
        observed.discharge(checks=frozenset(), driver=infusions.seen_driver(seen_by=""))
    assert rules(refused) == {"DIS-04", "DIS-05", "DIS-06", "DIS-07", "DRV-03"}


@pytest.mark.parametrize("kind", ["rideshare", "taxi", "public", "self", "alone"])
def test_drv_01_no_known_driver_no_way_home(observed, kind):
    with pytest.raises(Refused) as refused:
        observed.discharge(driver=infusions.seen_driver(kind=kind))
    assert rules(refused) == {"DRV-01"}


def test_dis_03_an_open_flag_keeps_the_patient(observed):
    observed.vitals(infusions.Vitals(156, 78, 70, 98, infusions.Rhythm.SINUS))
    with pytest.raises(Refused) as refused:
        observed.discharge()
    assert rules(refused) == {"DIS-03"}


def test_dis_08_against_advice_with_a_reason_and_a_provider_told(observed):
    given = {"infusion": observed.infusion, "by": observed.nurse, "at": observed.at}
    with pytest.raises(Refused) as refused:
        actions.leave_against_advice(**given, reason="", provider_notified="", key=uuid4())
    assert [problem.rule for problem in refused.value.problems] == ["DIS-08", "DIS-08"]
    key = uuid4()
    for _ in range(2):
        left = actions.leave_against_advice(
            **given, reason="will not wait for the driver", provider_notified="Anneke Vantongeren", key=key
        )
    assert left.state == "discharged"
    assert left.events.get(kind=Kind.DISCHARGED).detail["against_advice"] is True


def test_nobody_leaves_while_it_runs(site):
    running = infusions.infusion(site=site, at_state="infusing")
    with pytest.raises(Refused):
        running.discharge()


def test_the_same_discharge_sent_twice_is_one(observed):
    key = uuid4()
    observed.discharge(key=key)
    observed.discharge(key=key)
    assert observed.infusion.events.filter(kind=Kind.DISCHARGED).count() == 1


def test_the_last_discharge_of_a_sequence_completes_its_order(site):
    visit = infusions.visit(site=site)
    for row in visit.sequence.visits.select_related("site", "sequence").order_by("day_index"):
        chair = infusions.STEPS["discharged"](infusions.chair(site=site, visit=row))
        order = Order.objects.get()
        assert order.state == ("completed" if row.day_index == 5 else "signed")
    visit.sequence.refresh_from_db()
    assert (visit.sequence.state, chair.infusion.state) == ("completed", "discharged")
