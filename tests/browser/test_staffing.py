"""The roster by keyboard and in place; cover taken on the board."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.actions import record_call_out
from scheduling.models import CoverNeeded, NurseShift, SuiteDay
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import people, suite

pytestmark = pytest.mark.browser


def test_a_nurses_week_is_entered_by_keyboard_in_place(walk: Walk) -> None:
    made = noon()
    nurse = people.staff("nurse", site=made.site, name="Aaron Aster")
    walk.sign_in(made.staff("scheduler"))
    page = walk.open("/roster/")
    first = page.locator(f"#rw-{made.today:%Y%m%d}-{nurse.pk}")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    second = made.site.week_of(made.today)[1]
    expect(page.locator(f"#rw-{second:%Y%m%d}-{nurse.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] h2")).to_contain_text("Aaron Aster")
    walk.inspect()
    walk.fill(from_minute="08:00", to_minute="16:00", break_1="10:00")
    page.locator(f"dialog label:has(input[value='{made.today}'])").click()
    page.keyboard.press("Tab")
    walk.press("Put on shift", within="dialog[open]")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#kc-toasts")).to_contain_text("Aaron Aster is on the roster of 2 days.")
    expect(first).to_contain_text("08:00–16:00")
    expect(page.locator(f"#rw-{second:%Y%m%d}-{nurse.pk}")).to_be_focused()
    assert NurseShift.objects.filter(nurse=nurse).count() == 2


def test_a_refusal_stands_in_the_sheet_with_what_was_typed(walk: Walk) -> None:
    made = noon()
    nurse = people.staff("nurse", site=made.site, name="Aaron Aster")
    walk.sign_in(made.staff("scheduler"))
    page = walk.open("/roster/")
    page.locator(f"#rw-{made.today:%Y%m%d}-{nurse.pk}").click()
    walk.says("Aaron Aster", where="dialog[open] h2")
    walk.fill(from_minute="08:00", to_minute="16:00", break_1="17:00")
    walk.press("Put on shift", within="dialog[open]")
    walk.says("outside the shift", where="dialog[open] #roster-form [data-kc-problems]")
    expect(page.locator("dialog[open] [name=break_1]")).to_have_value("17:00")
    assert not NurseShift.objects.filter(nurse=nurse).exists()


def _uncovered(made: Noon) -> CoverNeeded:
    """A patient is booked from 12:00 on and every nurse has just gone."""
    suite.booked_sequence(made.site, made.today, start_minute=780)
    day = SuiteDay.objects.select_related("site").get(site=made.site, date=made.today)
    for shift in NurseShift.objects.filter(suite_day=day).select_related("nurse"):
        record_call_out(
            suite_day=day,
            person=shift.nurse,
            from_minute=made.site.minute(made.now),
            by=made.staff("scheduler"),
            at=timezone.now(),
        )
    return CoverNeeded.objects.get(site=made.site, closed_at=None)


def test_cover_stands_red_on_the_board_until_somebody_takes_it(walk: Walk) -> None:
    made = noon()
    row = _uncovered(made)
    helper = people.staff("nurse", site=made.site, name="Bea Helper")
    walk.sign_in(helper)
    page = walk.page  # a nurse begins the day on the board
    walk.says("Cover needed 13:00 to 14:20 for 1 patient", where="#kc-cover")
    walk.inspect()
    page.locator("#kc-cover summary").first.click()
    expect(page.locator("#kc-cover select[name=person]")).to_be_visible()
    walk.press("I take it", within="#kc-cover")
    walk.says("Bea Helper covers 13:00–14:20", where="#kc-cover")
    walk.inspect()
    row.refresh_from_db()
    assert row.taken_by == helper
