"""A set that could not be saved at the chair: it says so, keeps every digit, and is stored once in the end."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from infusions.models import VitalSet
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories.infusions import Chair

pytestmark = pytest.mark.browser

TYPED = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98"}
SAVE = "**/vitals/"


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture(scope="module")
def chair(clinic: Noon) -> Chair:
    return clinic.chair(15).ready().start()


def failing(answer: Callable[[Route], None]) -> Callable[[Page], None]:
    return lambda page: page.route(SAVE, answer)


def nothing(route: Route) -> None:
    """No answer at all."""


def arrived_but_not_answered(route: Route) -> None:
    route.fetch()
    route.abort("connectionreset")


def forget(*names: str) -> Callable[[Page], None]:
    """The server forgets who this is."""

    def clear(page: Page) -> None:
        for name in names:
            page.context.clear_cookies(name=name)

    return clear


SESSION, CSRF = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
WAYS: dict[str, tuple[Callable[[Page], None], str]] = {
    "a dropped connection": (failing(lambda route: route.abort("connectionreset")), "the connection dropped"),
    "an error of the server": (failing(lambda route: route.fulfill(status=500)), "undid the whole act"),
    "a hang": (failing(nothing), "did not answer in time"),
    "a session that is over": (forget(SESSION), "you are signed out"),
    "cookies that are gone": (forget(SESSION, CSRF), "Not saved:"),
}


def open_chart(walk: Walk, chair: Chair) -> None:
    walk.expected |= {401, 403, 500}
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    walk.enter("".join(TYPED.values()))


def save(walk: Walk) -> None:
    walk.page.locator("#chart-pad .save").click()


def stored(chair: Chair) -> int:
    return VitalSet.objects.filter(infusion=chair.infusion).exclude(slot="baseline").count()


@pytest.mark.parametrize("way", WAYS)
def test_a_set_that_is_not_saved_says_so_and_keeps_what_was_typed(walk: Walk, chair: Chair, way: str) -> None:
    fails, words = WAYS[way]
    before = stored(chair)
    open_chart(walk, chair)
    fails(walk.page)
    save(walk)
    beside = walk.page.locator("#chart-pad [data-kc-unsaved]")
    expect(beside).to_contain_text("Not saved:")
    expect(beside).to_contain_text(words)
    expect(beside).to_be_in_viewport()
    expect(walk.page.locator("#kc-banner")).to_contain_text("Not saved:")
    for name, digits in TYPED.items():
        expect(walk.page.locator(f"#chart-pad [name={name}]")).to_have_value(digits)
    expect(walk.page.locator("#chart-pad [name=rhythm][value=sinus]")).to_be_checked()
    expect(walk.page.locator("#chart-pad [name=symptoms][value=none]")).to_be_checked()
    expect(walk.page.locator("#chart-pad .save")).not_to_have_attribute("aria-disabled", "true")
    assert stored(chair) == before


def test_saved_again_a_set_whose_answer_was_lost_is_stored_once(walk: Walk, chair: Chair) -> None:
    before = stored(chair)
    open_chart(walk, chair)
    walk.page.route(SAVE, arrived_but_not_answered)
    save(walk)
    expect(walk.page.locator("#chart-pad [data-kc-unsaved]")).to_contain_text("It may have arrived")
    walk.inspect()
    assert stored(chair) == before + 1  # the server has it, the nurse cannot know
    walk.page.unroute(SAVE)
    save(walk)
    walk.says("Saved:", where="#kc-toasts")
    expect(walk.page.locator("#chart-pad [name=sbp]")).to_have_value("")
    expect(walk.page.locator("#kc-banner")).to_be_hidden()
    assert stored(chair) == before + 1
