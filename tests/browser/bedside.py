"""What a nurse's hand does on board and chart, act by act."""

from dataclasses import dataclass, field

from django.urls import reverse
from playwright.sync_api import Page, expect

from kitclinic.models import StaffUser
from scheduling.models import Visit
from tests.browser.walk import Walk
from tests.factories.people import PASSWORD


def keypad(walk: Walk, digits: str, *, symptoms: tuple[str, ...] = ("none",)) -> None:
    """One set with one thumb, saved; a fresh pad comes back."""
    key = walk.page.locator("#chart-pad input[name=key]").input_value()
    walk.enter(digits, symptoms=symptoms)
    walk.page.locator("#chart-pad .save").click()
    expect(walk.page.locator("#chart-pad input[name=key]")).not_to_have_value(key)


def sheet(walk: Walk, opener: str) -> None:
    """Open one of the chart's sheets."""
    walk.page.locator(opener).first.click()
    expect(walk.page.locator("dialog#chart-sheet[open]")).to_be_visible()


def send(walk: Walk, label: str) -> None:
    """Press the sheet's main button; the sheet closes when the act is saved."""
    walk.page.locator("dialog#chart-sheet").get_by_role("button", name=label, exact=True).click()
    expect(walk.page.locator("dialog#chart-sheet[open]")).to_have_count(0)


def gate(name: str) -> str:
    return f".gate-list li:has(b:text-is('{name}')) a.btn"


@dataclass
class Patient:
    """One visit of the afternoon. typed: the sets as they were typed; nurse: who has the patient."""

    visit: Visit
    chair: int
    nurse: "Nurse"
    typed: list[str] = field(default_factory=list)

    @property
    def chart(self) -> str:
        return reverse("infusions:chart", args=[self.visit.pk])

    @property
    def tile(self) -> str:
        return f"#chair-{self.chair}"


@dataclass
class Nurse:
    """A nurse with a tablet, who comes from the board to every act and goes back to it."""

    person: StaffUser
    walk: Walk

    def watch(self) -> Page:
        return self.walk.open(reverse("infusions:board"))

    def open(self, patient: Patient, *, act: str = "") -> Walk:
        """One tap on the board: the chart, or the act that the tile offers, by its words."""
        page = self.watch()
        if act:
            offered = page.locator(f"{patient.tile} .tile-act")
            expect(offered.locator(".go")).to_contain_text(act)
            offered.click()
        else:
            page.locator(f"a[href='{patient.chart}']").first.click()
        return self.walk

    # -- before the start

    def seat(self, patient: Patient) -> None:
        walk = self.open(patient).tap("chair", str(patient.chair)).tap("nurse", str(self.person.pk))
        walk.press("Arrived").says("Before the start")

    def prepare(self, patient: Patient, *, ondansetron: str = "") -> None:
        """Everything up to the pump. ondansetron: why it is not given."""
        walk = self.walk
        self._sheet(gate("Identity"), "Both agree with the chart", identifiers=("name", "birth_date"))
        sheet(walk, gate("Weight"))
        walk.fill(weight_kg="82.5")
        send(walk, "Save weight")
        sheet(walk, gate("Intake"))
        walk.fill(analgesics="gabapentin 300 mg")
        self._answer("Save answers", pain_now="6", pain_average="5", pain_worst="8", function="some_help")
        line = {"placed": "yes", "side": "left", "site_of_line": "forearm", "gauge": "22", "attempts": "1"}
        self._sheet(gate("IV line"), "Save", **line)
        sheet(walk, gate("Premedication"))
        if ondansetron:
            walk.fill(note=ondansetron)
        self._answer("Save", given="no" if ondansetron else "yes")
        walk.page.locator(gate("Drug")).click()
        walk.page.locator("label.vial").first.click()
        walk.press("Withdraw 0.83 mL").says("In hand: 41.5 mg", where=".prep-act")
        walk.press("Back to the chart").says("0.83 mL of vial", where=".gate-list")

    def check_pump(self, second: StaffUser) -> None:
        """Two people read the pump, the second one without the first one's numbers."""
        walk = self.walk
        sheet(walk, gate("Pump"))
        walk.fill(rate_ml_per_h="75", volume_ml="50")
        walk.page.locator("dialog[open] .btn--go").click()
        walk.says("Second reading of the pump", where="dialog[open]")
        signs = {"witness_username": second.username, "witness_password": PASSWORD}
        walk.fill(rate_ml_per_h="75", volume_ml="50", **signs)
        send(walk, "Compare with the order")

    def start(self, patient: Patient, baseline: str) -> None:
        self.open(patient)
        self.keypad(patient, baseline)
        self.walk.says("Everything is done", where=".gates-head")
        self.walk.page.locator("form.start .save").click()
        self.walk.says("Started. The next set is due in 15 min.")

    # -- from the start on

    def keypad(self, patient: Patient, digits: str, *, symptoms: tuple[str, ...] = ("none",)) -> None:
        keypad(self.walk, digits, symptoms=symptoms)
        patient.typed.append(digits)

    def take(self, patient: Patient, digits: str, *, symptoms: tuple[str, ...] = ("none",)) -> None:
        """The set that is due, from the tile that asks for it."""
        self.open(patient, act="Enter the set")
        expect(self.walk.page.locator("#chart-pad input[name=sbp]")).to_be_focused()
        self.keypad(patient, digits, symptoms=symptoms)

    def complete(self, patient: Patient, digits: str) -> None:
        self.open(patient)
        sheet(self.walk, "nav.ev a.go")
        self.walk.fill(infused_ml="48.2")
        send(self.walk, "The infusion has ended")
        self.keypad(patient, digits)

    def waste(self, patient: Patient, ml: str, witness: StaffUser) -> None:
        walk = self.open(patient)
        sheet(walk, "nav.ev a:has-text('Waste')")
        walk.fill(ml=ml, witness_username=witness.username, witness_password=PASSWORD)
        send(walk, "Wasted, and witnessed")
        walk.says("Waste reconciled", where=".left")

    def side_effect(self, patient: Patient, symptom: str, severity: str) -> None:
        self.open(patient)
        self._sheet("nav.ev a:has-text('Side effect')", "Save", symptom=symptom, severity=severity)

    def pause(self, patient: Patient) -> None:
        self.open(patient).press("Pause", within="nav.ev").says("Pause recorded.")

    def resume(self, patient: Patient, reason: str) -> None:
        self.open(patient, act="Resume")
        self._answer("Resume the infusion", reason=reason)

    def stop(self, patient: Patient) -> None:
        walk = self.open(patient)
        walk.page.locator(".act.stop").click()
        walk.says("STOP recorded.")

    def explain_stop(self, patient: Patient, reason: str, infused_ml: str, **effect: str) -> None:
        walk = self.open(patient, act="Say why")
        walk.fill(infused_ml=infused_ml)
        self._answer("Save", reason=reason, **effect)

    def hand_over(self, patient: Patient, to: "Nurse", note: str) -> None:
        walk = self.open(patient)
        sheet(walk, ".left a:has-text('Hand over')")
        walk.fill(note=note)
        self._answer("Hand over", nurse=str(to.person.pk))
        walk.says(f"Handed over to {to.person.name}.")
        patient.nurse = to

    def discharge(self, patient: Patient) -> None:
        """The driver is seen, then the checks; the patient goes home."""
        walk = self.open(patient, act="Driver is here")
        send(walk, "I have seen this driver")
        walk = self.open(patient, act="Discharge")
        walk.tap("checks", "alert_and_steady", "nausea_controlled", "iv_out", within="dialog[open]")
        self._answer("Discharge", instructions="English")
        walk.says("Discharged. The chair is being cleaned.")

    # -- any sheet

    def _sheet(self, opener: str, label: str, **answers: str | tuple[str, ...]) -> None:
        sheet(self.walk, opener)
        self._answer(label, **answers)

    def _answer(self, label: str, **answers: str | tuple[str, ...]) -> None:
        for name, values in answers.items():
            self.walk.tap(name, *([values] if isinstance(values, str) else values), within="dialog[open]")
        send(self.walk, label)
