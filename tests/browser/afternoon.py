"""The plan of an afternoon for eight patients and two nurses, and what is looked at on their screens meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any

from playwright.sync_api import Request, expect

from kitclinic.models import Site
from tests.browser.bedside import Nurse, Patient
from tests.browser.clock import Clock

OPENS, ENDS = 740, 970  # minutes of the day: the list is gone through at 12:20, the last patient is home by 16:10
SEATED = {1: 750, 3: 750, 2: 760, 4: 760, 5: 870, 7: 870, 6: 880, 8: 880}  # chair -> minute, two waves of four
HAND = {1: 0, 2: 0, 3: 1, 4: 1, 5: 0, 6: 0, 7: 1, 8: 1}  # chair -> which nurse
DIZZY, PAUSED, FLAGS, STOPPED, DECLINED, UNTAKEN, LATE = 1, 2, 3, 4, 6, 7, 8  # chairs
CALM, HIGH = "128787098", "154787098"  # SBP +20.3%
ANSWERS = (
    "() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/board/tiles/')).length"
)


@dataclass
class Afternoon:
    """plan: what is done, by minute of the day and in the order of writing."""

    site: Site
    clock: Clock
    nurses: tuple[Nurse, Nurse]
    patients: dict[int, Patient]
    plan: list[tuple[int, int, Callable[[], object]]] = field(default_factory=list)
    took: float = 0  # s, by the machine
    sent: int = 0  # forms
    boards: list[float] = field(default_factory=list)  # s until a change stood on the other nurse's board

    def instant(self, minute: int) -> datetime:
        return self.site.instant(self.patients[1].visit.date, minute)

    def to(self, minute: int) -> None:
        """Step the clock, and the tablets' clocks with it."""
        self.clock.to(self.instant(minute))
        for nurse in self.nurses:
            nurse.walk.page.evaluate("ahead => { localStorage.testAhead = ahead }", self.clock.ahead_ms)

    def at(self, minute: int, act: Callable[..., object], *given: Any, **more: Any) -> None:
        self.plan.append((minute, len(self.plan), partial(act, *given, **more)))

    def run(self) -> None:
        for minute, _, act in sorted(self.plan, key=lambda one: one[:2]):
            self.to(minute)
            act()

    def heard(self, request: Request) -> None:
        self.sent += request.method == "POST"

    def other(self, nurse: Nurse) -> Nurse:
        return next(one for one in self.nurses if one is not nurse)

    @contextmanager
    def seen_by_the_other(self, patient: Patient, word: str) -> Iterator[None]:
        """What is done meanwhile stands on the other nurse's board, which nobody reloads."""
        page = self.other(patient.nurse).watch()
        expect(page.locator(f"{patient.tile} .word")).not_to_have_text(word)
        page.evaluate("window.same = true")
        yield
        began, answered = perf_counter(), page.evaluate(ANSWERS)
        expect(page.locator(f"{patient.tile} .word")).to_have_text(word)
        self.boards.append(perf_counter() - began)
        # Asked every 4 s: one answer may have been on its way, the next one has it.
        assert page.evaluate(ANSWERS) - answered <= 2
        assert page.evaluate("window.same")

    # -- what is done with every patient

    def patient(self, chair: int) -> Patient:
        """Plan the way of one patient whose infusion runs to its end, unless something happens."""
        one, seated = self.patients[chair], SEATED[chair]
        start = seated + 8
        self.at(seated, lambda: one.nurse.seat(one))
        declined = "Patient declined it" if chair == DECLINED else ""
        self.at(seated + 1, lambda: one.nurse.prepare(one, ondansetron=declined))
        self.at(seated + 5, lambda: one.nurse.check_pump(self.other(one.nurse).person))
        if chair == DIZZY:
            self.at(start, self.seen_start, one)
        else:
            self.at(start, lambda: one.nurse.start(one, digits(one)))
        if chair == UNTAKEN:
            self.at(start + 21, self.called_out_as_late, one)
            self.at(start + 31, self.nobody_took_it, one)
        else:
            self.at(start + (22 if chair == LATE else 15), self.take, one, HIGH if chair == FLAGS else "")
        if chair == FLAGS:
            self.at(start + 15, self.flag, one)
        if chair == STOPPED:
            self.stopped(one, start + 20)
            return one
        self.besides(one, start)
        end = start + (45 if chair == PAUSED else 41)
        self.at(end, lambda: one.nurse.complete(one, digits(one)))
        self.going_home(one, end, ml="1.8")
        return one

    def besides(self, one: Patient, start: int) -> None:
        """The set half an hour after the start: one patient is dizzy then, one is paused."""
        if one.chair == PAUSED:
            self.at(start + 27, lambda: one.nurse.pause(one))
        self.at(start + 30, self.take, one, symptoms=("dizzy",) if one.chair == DIZZY else ("none",))
        if one.chair == DIZZY:
            self.at(start + 30, lambda: one.nurse.side_effect(one, "dizzy", "mild"))
        if one.chair == PAUSED:
            self.at(start + 31, lambda: one.nurse.resume(one, "line_or_pump"))

    def stopped(self, one: Patient, end: int) -> None:
        """The other nurse sees it on the board; the reason follows, and its set."""

        def stop() -> None:
            with self.seen_by_the_other(one, "Stopped"):
                one.nurse.stop(one)

        effect = {"symptom": "perception", "severity": "severe"}
        self.at(end, stop)
        self.at(end + 1, lambda: one.nurse.explain_stop(one, "side_effect", "25", **effect))
        self.at(end + 1, self.take, one)
        self.going_home(one, end, ml="25")

    def going_home(self, one: Patient, end: int, *, ml: str) -> None:
        self.at(end + 2, lambda: one.nurse.waste(one, ml, self.other(one.nurse).person))
        self.at(end + 15, self.take, one)
        self.at(end + 30, self.take, one)
        self.at(end + 32, lambda: one.nurse.discharge(one))

    def take(self, one: Patient, typed: str = "", **more: Any) -> None:
        one.nurse.take(one, typed or digits(one), **more)

    # -- what happens besides

    def seen_start(self, one: Patient) -> None:
        with self.seen_by_the_other(one, "Infusing"):
            one.nurse.start(one, digits(one))

    def flag(self, one: Patient) -> None:
        walk = one.nurse.walk
        walk.says("SBP high +20.3%", where=".strips")
        walk.press("No symptoms").says("The flag is answered.")
        expect(walk.page.locator(".strips .strip")).to_have_count(0)

    def nobody_took_it(self, one: Patient) -> None:
        walk = one.nurse.open(one)
        missed = walk.page.locator(".flow tr.missed")
        expect(missed).to_have_count(1)
        expect(missed).to_contain_text("no set was taken")

    def called_out_as_late(self, one: Patient) -> None:
        expect(one.nurse.watch().locator(f"{one.tile} .word")).to_have_text("Vitals late")

    def full(self) -> None:
        for nurse in self.nurses:
            expect(nurse.watch().locator(".floor")).to_contain_text("4 patients, limit 4")

    def over(self) -> None:
        for nurse in self.nurses:
            expect(nurse.watch().locator(".foot")).to_contain_text("8 done, 0 here, 0 to come")


def digits(one: Patient) -> str:
    """What the monitor shows now: within limits, another set each time."""
    nth, chair = len(one.typed), one.chair
    if not nth:
        return CALM
    sbp, dbp, hr = 124 + (3 * chair + 5 * nth) % 17, 70 + (chair + 3 * nth) % 11, 64 + (chair + 2 * nth) % 12
    return f"{sbp}{dbp}{hr}{96 + nth % 4}"


def open_the_suite(nurse: Nurse) -> None:
    """The opening list of the day, and the vault counted."""
    page = nurse.watch()
    expect(page.locator(".opening-strip")).to_contain_text("Closed for starts")
    page.locator(".opening-strip a").click()
    for item in ("Resuscitation equipment", "Oxygen and suction", "Monitors"):
        line = page.locator("li.opening-line", has_text=item)
        line.locator("button[value=yes]").click()
        expect(line).to_contain_text("In order, ")
    page.get_by_role("button", name="seen").click()
    expect(page.locator(".opening-state")).to_contain_text("1 of 6 lines to do")
    page.get_by_role("link", name="Count the vault").click()
    page.locator("label:has(input[value=all])").click()
    page.get_by_role("button", name="Save the count").click()
    nurse.walk.says("Counted")
    expect(nurse.watch().locator(".opening-strip")).to_have_count(0)
