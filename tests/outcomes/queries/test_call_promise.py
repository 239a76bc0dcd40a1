"""What a patient is promised is what the clinic's own times hold."""

from datetime import timedelta

import pytest

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.queries.call_promise import Promise, call_promise
from outcomes.rules.safety_times import Times
from tests.factories import outcomes as factory
from tests.factories import suite
from tests.outcomes.views.patient_browser import opened

NOW = factory.NOW


def promised(site: Site, *, value: int, minute: int) -> Promise | None:
    at = site.instant(suite.MONDAY, minute)
    task = factory.safety_task(site=site, value=value, at=at)
    assert task.response is not None
    return call_promise(task.response.assessment, at=at)


@pytest.mark.parametrize(("value", "minutes"), [(1, 60), (2, 30)])
def test_within_the_minutes_of_its_tier_while_the_clinic_is_open(site: Site, value: int, minutes: int) -> None:
    assert promised(site, value=value, minute=600) == Promise(minutes)


def test_the_clinics_own_minutes_count(site: Site, lead: StaffUser) -> None:
    actions.set_safety_times(site=site, times=Times(raised_minutes=45), by=lead, at=NOW)
    assert promised(site, value=1, minute=600) == Promise(45)


@pytest.mark.parametrize("minute", [16 * 60 + 31, 18 * 60, 24 * 60])
def test_an_hour_that_closing_cuts_is_promised_for_the_next_opening(site: Site, minute: int) -> None:
    tuesday = site.instant(suite.MONDAY + timedelta(days=1), 450)
    assert promised(site, value=1, minute=minute) == Promise(60, tuesday)


def test_an_hour_that_ends_at_closing_is_promised(site: Site) -> None:
    assert promised(site, value=1, minute=16 * 60 + 30) == Promise(60)


def test_nothing_is_promised_once_somebody_acknowledged_it(site: Site, nurse: StaffUser) -> None:
    task = factory.safety_task(site=site)
    assert task.response is not None
    actions.acknowledge_safety_task(task=task, action="Called.", by=nurse, at=NOW)
    assert call_promise(task.response.assessment, at=NOW) is None


@pytest.mark.parametrize(("value", "leads_to"), [(2, "/q/questions/4/"), (3, "/q/support/3/")])
def test_pro_122_a_red_flag_leads_to_the_support_page_where_it_is_high(
    site: Site, value: int, leads_to: str
) -> None:
    factory.red_flag(site=site, item=3)
    made = factory.sent(site=site, instruments=("PHQ-9",))
    phone = opened(made)
    for number in (1, 2):
        phone.answer(number, 0)
    answered = phone.answer(3, value)
    assert answered.url == leads_to
    assert (call_promise(made.assessment, at=NOW) is not None) is (value == 3)
