"""A patient on the phone: from the week page to booked by keys alone, in six acts at most, and undone again."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from scheduling.models import GroupSeat, GroupVisit, Patient, Sequence, Visit
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import scheduling as make

pytestmark = pytest.mark.browser
ACTS = 6  # from the request on the week page to booked (issue 4)
AFTERNOON = 13 * 60


@dataclass
class Keys:
    """Somebody who has the receiver in one hand: a key is one act, a field typed in (with Tab to it) is one."""

    walk: Walk
    acts: int = 0

    def press(self, key: str) -> "Keys":
        self.acts += 1
        self.walk.page.keyboard.press(key)
        return self

    def type(self, words: str, *, tab: bool = False) -> "Keys":
        self.acts += 1
        if tab:
            self.walk.page.keyboard.press("Tab")
        self.walk.page.keyboard.type(words)
        return self

    def offers(self) -> "Keys":
        """O on the week page, where whoever waits longest stands first."""
        self.walk.open("/week/")
        self.walk.settle()
        self.press("o")
        expect(self.walk.page.locator("#kc-o1")).to_be_checked()
        self.walk.settle()
        return self

    def choose(self, number: int) -> "Keys":
        self.press(str(number))
        expect(self.walk.page.locator(f"#kc-o{number}")).to_be_checked()
        return self


@pytest.fixture
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture
def call(walk: Walk, clinic: Noon) -> Keys:
    walk.sign_in(clinic.staff("scheduler"))
    return Keys(walk)


@pytest.fixture
def eligible(clinic: Noon) -> tuple[Patient, GroupVisit]:
    """Somebody without a seat in a group visit, and the group visit of this afternoon."""
    return make.eligible_patient(site=clinic.site, at=clinic.now), clinic.group(start_minute=AFTERNOON)


def days_of(patient: Patient) -> list[Visit]:
    return list(Visit.objects.filter(patient=patient).order_by("date"))


def test_without_a_group_visit_both_are_booked_in_six_acts(
    call: Keys, eligible: tuple[Patient, GroupVisit]
) -> None:
    """O opens the offers although no group visit is booked; Enter in a field confirms and does not hold."""
    patient, group = eligible
    call.offers()
    call.walk.inspect()
    call.choose(2).press("s")
    expect(call.walk.page.locator("#id_support_person")).to_be_focused()
    call.type("Paul Marrin").type("husband", tab=True).press("Enter")
    call.walk.says("is booked with it.")
    assert call.acts <= ACTS
    booked = Sequence.objects.get(patient=patient)
    assert (booked.state, len(days_of(patient))) == ("confirmed", 5)
    seat = GroupSeat.objects.get(patient=patient)
    assert (seat.group, seat.support_person, seat.support_relationship) == (group, "Paul Marrin", "husband")
    call.walk.settle()
    call.press("u")
    call.walk.says("The booking is taken back; the request stays.")
    assert days_of(patient) == []
    assert Sequence.objects.get(patient=patient).state == "requested"


def test_a_refusal_and_another_wish_keep_the_support_person(
    call: Keys, eligible: tuple[Patient, GroupVisit]
) -> None:
    patient, _ = eligible
    call.offers().press("s").type("Paul Marrin").type("husband", tab=True)
    call.walk.fill(time="11:00")
    call.walk.page.keyboard.press("Tab")
    call.walk.says("Wish 11:00", where=".of-t")
    call.walk.settle()
    kept = call.walk.page.locator("#id_support_person")
    expect(kept).to_have_value("Paul Marrin")
    Patient.objects.filter(pk=patient.pk).update(state="group_booked")  # somebody else was faster
    call.walk.page.locator("#kc-o1").focus()
    call.press("c")
    call.walk.says("Not booked.", where="#kc-offers")
    expect(call.walk.page.locator("#kc-offers [data-kc-refused]")).to_be_focused()
    assert days_of(patient) == []
