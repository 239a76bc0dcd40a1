"""One roster, two tablets: thirty patients checked in without leaving the page, and nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.models import Consent, GroupSeat, GroupVisit
from scheduling.states import SeatState
from tests.browser.conftest import TABLET
from tests.browser.live import Live, noon_site
from tests.browser.walk import Walk
from tests.factories import people
from tests.factories import scheduling as make

PATIENTS = 30
_PATH = re.compile(r"M[\d.]+ .*L")
# The list and the open patient are two columns on a tablet; a name in the list is a whole line.
SMALL = (".rr-open",)


@pytest.fixture
def tablets(chromium: Browser, live: Live) -> Iterator[tuple[Walk, Walk]]:
    two = (Walk(chromium, live.address, size=TABLET), Walk(chromium, live.address, size=TABLET))
    yield two
    for tablet in two:
        tablet.close()
        assert tablet.complaints == []


def expected(site: Site, count: int) -> tuple[GroupVisit, list[GroupSeat]]:
    now = timezone.now()
    group = make.group_visit(site=site, at=now, capacity=2 * count)
    return group, [make.seat(make.eligible_patient(site=site, at=now), group=group, at=now) for _ in range(count)]


def test_thirty_patients_are_checked_in_by_two_tablets(live: Live, tablets: tuple[Walk, Walk]) -> None:
    site = noon_site()
    group, seats = expected(site, PATIENTS)
    address = f"/groups/{group.pk}/"
    nurses: list[StaffUser] = [people.staff("nurse", site=site) for _ in tablets]
    for tablet, nurse in zip(tablets, nurses, strict=True):
        tablet.sign_in(nurse).open(address)
    for number, seat in enumerate(seats):
        tablets[number % 2].page.locator(f"#kc-in-{seat.pk}").click()
    for tablet in tablets:
        expect(tablet.page.locator(".rr.is-attended")).to_have_count(PATIENTS, timeout=30_000)
        tablet.says(f"{PATIENTS} here", where="#kc-group-summary")
        assert tablet.page.url.endswith(address), "nobody left the page"
    assert (
        GroupSeat.objects.filter(group=group, state=SeatState.ATTENDED, support_attended=True).count() == PATIENTS
    )
    tablets[0].inspect(small_ok=SMALL)


def test_two_tablets_fill_one_patient_and_a_half_typed_field_stays(live: Live, tablets: tuple[Walk, Walk]) -> None:
    site = noon_site()
    _, (seat,) = expected(site, 1)
    nurse, other = (people.staff("nurse", site=site) for _ in range(2))
    actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=timezone.now())
    one, two = tablets
    for tablet, person in zip(tablets, (nurse, other), strict=True):
        tablet.sign_in(person).open(f"/seats/{seat.pk}/")
    two.page.locator(f"#sbp-{seat.pk}").fill("138")
    two.page.locator(f"#qs-{seat.pk}").fill("May I eat befo")
    one.page.locator(f"#kg-{seat.pk}").fill("180 lb")
    one.press("Save", within=f"#kc-weight-{seat.pk}").says("That is in pounds")
    one.page.locator(f"#kg-{seat.pk}").fill("82.5")
    one.press("Save", within=f"#kc-weight-{seat.pk}").says("82.5 kg", where=f"#kc-facts-weight-{seat.pk}")
    # The other tablet hears of it by itself, and keeps what is half typed.
    expect(two.page.locator(f"#kc-facts-weight-{seat.pk}")).to_contain_text("82.5 kg", timeout=20_000)
    assert two.page.locator(f"#sbp-{seat.pk}").input_value() == "138"
    assert two.page.locator(f"#qs-{seat.pk}").input_value() == "May I eat befo"
    two.page.locator(f"#dbp-{seat.pk}").fill("84")
    two.press("Save measurements").says("138/84", where=f"#kc-facts-measure-{seat.pk}")
    assert two.page.locator(f"#qs-{seat.pk}").input_value() == "May I eat befo"
    # Before the first tablet hears of the pressure it types another one: told, kept, saved on purpose.
    one.page.route("**/rows/**", lambda route: route.fulfill(status=204))
    one.page.locator(f"#sbp-{seat.pk}").fill("120")
    one.page.locator(f"#dbp-{seat.pk}").fill("70")
    one.press("Save measurements").says("138 mmHg", where=f"#kc-measure-{seat.pk} [data-kc-problems]")
    assert one.page.locator(f"#sbp-{seat.pk}").input_value() == "120"
    one.press("Save measurements").says("120/70", where=f"#kc-facts-measure-{seat.pk}")


def test_from_the_door_to_cleared_on_one_page(live: Live, walk: Walk) -> None:
    site = noon_site()
    group, (seat, _) = expected(site, 2)
    walk.sign_in(people.staff("physician", site=site)).open(f"/groups/{group.pk}/")
    page, key = walk.page, seat.pk
    page.locator(f"#kc-open-{key}").click()
    walk.press("Both are here").says("Came, with support person", where=f"#kc-facts-support-{key}")
    page.locator(f"#kg-{key}").fill("82.5")
    walk.press("Save", within=f"#kc-weight-{key}").says("82.5 kg", where=f"#kc-facts-weight-{key}")
    walk.press("Asked all of them: the rest is no").press("Save the health screen")
    walk.says("No to all questions", where=f"#kc-facts-screen-{key}")
    for item in ("ketamine", "neuroscience", "relaxation", "infusion_days"):
        page.locator(f"#kc-teach-{item}").click()
        expect(page.locator(f"#kc-t-{key}-{item}")).to_have_text("Take back")
    walk.press("Read and sign the consent").says("off-label", where="dialog[open]")
    walk.fill(signed_name=seat.patient.name)
    walk.inspect()
    draw(walk)
    page.locator("dialog[open] .dlg-foot button").click()
    expect(page.locator(f"#kc-facts-consent-{key} svg.signature path")).to_have_attribute("d", _PATH)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert Consent.objects.get(patient=seat.patient).signature
    walk.inspect(small_ok=SMALL)
    walk.press("Clear", within=f"#kc-decision-{key}").says("Cleared", where=f"#kc-decision-{key}")
    walk.says("1 cleared", where="#kc-group-summary")


def draw(walk: Walk) -> None:
    """A scribble with the finger, in the middle of the box."""
    box = walk.page.locator("[data-kc-signature-box]")
    box.scroll_into_view_if_needed()
    frame = box.bounding_box()
    assert frame
    mouse, left, top = walk.page.mouse, frame["x"] + 60, frame["y"] + 60
    mouse.move(left, top)
    mouse.down()
    for step in range(20):
        mouse.move(left + 12 * step, top + 20 * (step % 3))
    mouse.up()


def test_leaving_something_typed_is_asked_first(live: Live, walk: Walk) -> None:
    site = noon_site()
    _, (seat, other) = expected(site, 2)
    nurse = people.staff("nurse", site=site)
    actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=timezone.now())
    page = walk.sign_in(nurse).open(f"/seats/{seat.pk}/")
    page.locator(f"#kg-{seat.pk}").fill("82")
    page.locator(f"#kc-open-{other.pk}").click()
    walk.says("is not saved", where="#kc-confirm").press("No, go back", within="#kc-confirm")
    assert page.locator(f"#kg-{seat.pk}").input_value() == "82"
    page.locator(f"#kc-open-{other.pk}").click()
    walk.press("Leave it", within="#kc-confirm").says(other.patient.list_name, where="#kc-seat-name")
