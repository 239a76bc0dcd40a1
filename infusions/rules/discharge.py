"""May this patient leave? With whom is asked of ``scheduling.rules.drivers``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules import drivers
from scheduling.rules.drivers import Driver

OBSERVATION = timedelta(minutes=30)  # DIS-01: thirty minutes to the second are enough
DIS_01 = Rule(
    "DIS-01",
    "The patient is observed for 30 min from the end of the infusion by the server's clock.",
    source="Tankha 2025",
)

LAST_SET = timedelta(minutes=15)  # DIS-02
DIS_02 = Rule(
    "DIS-02",
    "The last set of vital signs is taken 15 min or more after the end.",
    source="clinic default",
)
DIS_03 = Rule("DIS-03", "Every flag is acknowledged before discharge.", source="clinic default")
DIS_04 = Rule("DIS-04", "The patient is alert and steady at discharge.", source="clinic default")
DIS_05 = Rule("DIS-05", "Nausea is controlled at discharge.", source="clinic default")
DIS_06 = Rule("DIS-06", "The IV line is out before discharge.", source="clinic default")
DIS_07 = Rule("DIS-07", "Instructions for home were given before discharge.", source="clinic default")
DIS_08 = Rule(
    "DIS-08",
    "Who leaves against advice does so with a reason recorded and a provider notified.",
    source="clinic default",
)
DIS_09 = Rule(
    "DIS-09",
    "Nothing of the drawn dose is in hand when the patient leaves: given, wasted, returned or declared.",
    source="21 CFR 1304.22(c); that it is asked at discharge is a clinic default",
)


@dataclass(frozen=True, slots=True)
class DischargeFacts:
    """What is known when a nurse discharges; times are aware, ``at`` is the server's clock.

    in_hand_mg: of the drawn dose, by the ledger; observation: as the order's protocol says.
    """

    at: datetime
    ended_at: datetime
    last_set_at: datetime | None
    open_flags: int
    alert_and_steady: bool
    nausea_controlled: bool
    iv_out: bool
    instructions_given: bool
    driver: Driver
    patient_name: str = ""
    observation: timedelta = OBSERVATION
    in_hand_mg: Decimal = Decimal(0)


def may_leave_at(ended_at: datetime, observation: timedelta = OBSERVATION) -> datetime:
    """Return the first moment at which the observation is over."""
    return ended_at + observation


def discharge_problems(facts: DischargeFacts) -> list[Problem]:
    """Return everything that still keeps the patient here, the way home included."""
    return [
        *_time_problems(facts),
        *_checklist_problems(facts),
        *_ledger_problems(facts),
        *drivers.discharge_problems(facts.driver, patient_name=facts.patient_name),
    ]


def _time_problems(facts: DischargeFacts) -> list[Problem]:
    problems: list[Problem] = []
    left = may_leave_at(facts.ended_at, facts.observation) - facts.at
    if left > timedelta(0):
        minutes = -(-left // timedelta(minutes=1))
        sentence = f"The observation runs {minutes} min more. Keep the patient in the chair until then."
        problems.append(Blocker(DIS_01.id, sentence, "at"))
    after = min(LAST_SET, facts.observation)
    if facts.last_set_at is None or facts.last_set_at < facts.ended_at + after:
        sentence = f"No vital signs since {after // timedelta(minutes=1)} min after the end. Take a set now."
        problems.append(Blocker(DIS_02.id, sentence, "last_set"))
    if facts.open_flags:
        count = "1 flag is" if facts.open_flags == 1 else f"{facts.open_flags} flags are"
        sentence = f"{count} open. Acknowledge on the chart first."
        problems.append(Blocker(DIS_03.id, sentence, "open_flags"))
    return problems


def _checklist_problems(facts: DischargeFacts) -> list[Problem]:
    alert = "Alert and steady is not ticked. Check, and keep the patient here if not."
    nausea = "Nausea controlled is not ticked. Ask the patient, and treat it first."
    line = "The IV line is still in. Take it out, then tick it."
    instructions = "Instructions are not ticked. Go through them with the patient and the driver."
    checklist = (
        (DIS_04, facts.alert_and_steady, "alert_and_steady", alert),
        (DIS_05, facts.nausea_controlled, "nausea_controlled", nausea),
        (DIS_06, facts.iv_out, "iv_out", line),
        (DIS_07, facts.instructions_given, "instructions_given", instructions),
    )
    return [Blocker(rule.id, sentence, field) for rule, done, field, sentence in checklist if not done]


def _ledger_problems(facts: DischargeFacts) -> list[Problem]:
    if facts.in_hand_mg == 0:
        return []
    left = show(facts.in_hand_mg, "mg")
    sentence = f"{left} of the drawn ketamine is in hand. Waste it with a witness, or declare it, then discharge."
    return [Blocker(DIS_09.id, sentence, "in_hand")]


def against_advice_problems(*, reason: str, provider_notified: bool) -> list[Problem]:
    """Return what is missing before a patient is charted as having left against advice."""
    problems: list[Problem] = []
    if not reason.strip():
        problems.append(Blocker(DIS_08.id, "Write down why the patient leaves now.", "reason"))
    if not provider_notified:
        sentence = "Notify the provider on site, then record who was told."
        problems.append(Blocker(DIS_08.id, sentence, "provider"))
    return problems
