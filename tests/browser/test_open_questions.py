"""Open questions in real Chromium: another time is a choice away, and a view is kept and opened again."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outcomes.actions import import_registry
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import noon
from tests.factories import registry

pytestmark = pytest.mark.browser


def test_a_time_is_chosen_and_the_view_kept_shared_and_opened(walk: Walk, live: Live, tmp_path: Path) -> None:
    clinic = noon()
    folder = registry.export(tmp_path)
    home = import_registry(site=clinic.site, directory=folder, label="Old", by=None, at=timezone.now()).record.site
    page = walk.sign_in(clinic.staff("clinic_lead")).open(
        f"/outcomes/open-questions/?source={home.slug}&as_of={registry.AS_OF}&question=category"
    )
    page.locator("main select[name=window]").select_option("6m")
    expect(page.locator("main caption").first).to_contain_text("6 months")
    assert "window=6m" in page.url
    page.get_by_role("link", name="Completion", exact=True).click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("All of them")
    page.get_by_label("This day, for ever").check()
    page.get_by_label("Share with the clinic").check()
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("link", name="All of them", exact=True).click()
    expect(page.locator("main")).to_contain_text("too few for a view that is shared")
    walk.inspect()
    walk.open("/outcomes/views/")
    page.get_by_role("button", name="Withdraw All of them").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.locator("main")).to_contain_text("No view has been saved yet")
