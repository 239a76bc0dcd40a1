"""A nurse calls out at noon: from the day of the suite to an accepted plan and the calls it asks for."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kitclinic.models import StaffUser
from scheduling.models import CallOut, CoverNeeded, NurseShift, Proposal, SuiteDay, Visit
from scheduling.states import ProposalState
from tests.browser.live import noon_site
from tests.browser.walk import Walk
from tests.browser.ward import Noon
from tests.factories import people, suite

pytestmark = pytest.mark.browser
AFTERNOON = (820, 820, 830, 830)  # four patients of two nurses, who have not come yet


def afternoon() -> Noon:
    made = Noon(noon_site(), timezone.now().replace(second=0, microsecond=0))
    suite.open_week(made.site, made.today, nurses=2)
    suite.fill(made.site, made.today, AFTERNOON)
    return made


def the_day(made: Noon) -> SuiteDay:
    return SuiteDay.objects.get(site=made.site, date=made.today)


def the_nurse(made: Noon) -> StaffUser:
    return NurseShift.objects.filter(suite_day=the_day(made)).order_by("pk")[0].nurse


def call_out(walk: Walk, made: Noon) -> CallOut:
    """The scheduler hears it on the phone and records it on the page of the day."""
    nurse = the_nurse(made)
    walk.sign_in(made.staff("scheduler")).open(f"/suite/{made.today}/")
    walk.press("Somebody is not there")
    walk.says("Who is not there", where="main h1").inspect()
    walk.tap("person", str(nurse.pk)).press("Record the call-out").says(f"{nurse.name} is out", where="main h1")
    return CallOut.objects.get(site=made.site)


def test_a_call_out_goes_from_the_day_to_a_plan_and_its_calls(walk: Walk) -> None:
    made = afternoon()
    out = call_out(walk, made)
    page = walk.page
    expect(page).to_have_url(f"{walk.home}/call-outs/{out.pk}/")
    walk.says("Cover needed", where="#kc-cover").inspect()
    booked = Visit.objects.filter(suite_day=the_day(made)).order_by("pk")
    before = list(booked.values_list("start_minute", flat=True))
    assert sorted(before) == list(AFTERNOON)  # nobody is moved by the call-out itself
    plan = page.locator(".co-plan").first
    plan.locator("summary").click()
    expect(plan.locator("tbody tr").first).to_be_visible()
    walk.inspect()
    walk.reach(".co-plan .btn--go")
    page.keyboard.press("Enter")
    walk.says("Call these patients, in this order").inspect()
    accepted = Proposal.objects.get(site=made.site, state=ProposalState.ACCEPTED)
    calls = page.locator(".co-calls tbody tr")
    expect(calls).to_have_count(len(accepted.moves) + len(accepted.cancels))
    called = booked.get(pk=(*accepted.cancels, *accepted.moves)[0]["visit"]).patient
    expect(calls.filter(has_text=called.list_name).locator(".co-phone")).to_have_attribute(
        "href", f"tel:{called.phone.replace(' ', '')}"
    )
    expect(page.locator("main form[action*=accept]")).to_have_count(0)
    assert list(booked.values_list("start_minute", flat=True)) != before


def test_a_call_out_that_is_taken_back_leaves_nothing_red(walk: Walk) -> None:
    made = afternoon()
    call_out(walk, made)
    walk.press("Take it back")
    walk.press("Take the call-out back", within="dialog[open]")
    walk.says("Taken back at")
    expect(walk.page.locator("#kc-cover .cover-gap")).to_have_count(0)
    expect(walk.page.locator(".co-plan")).to_have_count(0)
    walk.inspect()
    assert not CoverNeeded.objects.filter(site=made.site, closed_at=None).exists()


def test_what_is_missing_is_taken_on_the_page_of_the_call_out(walk: Walk) -> None:
    made = afternoon()
    taker = people.staff("nurse", site=made.site, name="Bea Helper")
    call_out(walk, made)
    page = walk.page
    page.locator("#kc-cover summary", has_text="Name who takes it").first.click()
    page.locator("#kc-cover select[name=person]").first.select_option(str(taker.pk))
    walk.press("Takes it", within="#kc-cover .cover-acts details")
    walk.says("Bea Helper covers", where="#kc-cover .cover-taken").inspect()
