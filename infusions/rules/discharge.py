"""May this patient leave? With whom is asked of ``scheduling.rules.drivers``."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from infusions.rules.running import AHEAD
from infusions.states import InfusionState
from kitclinic.display import show
from kitclinic.problems import Blocker, NeedsTick, Problem
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
DIS_10 = Rule(
    "DIS-10",
    "Instructions for home are recorded with the language they were given in; another language than the "
    "patient's is confirmed.",
    source="clinic default",
)
DIS_11 = Rule(
    "DIS-11",
    "A patient leaves once, after the infusion has ended: completed or stopped.",
    source="clinic default",
)
DIS_12 = Rule(
    "DIS-12",
    "A driver other than the one named is somebody the patient knows: asked at the chair and confirmed.",
    source="Tankha 2025 asks for a known driver; that a change is confirmed is a clinic default",
)
DIS_13 = Rule(
    "DIS-13",
    "A stop has its reason on the chart before the patient is discharged; it decides what counts as an adverse "
    "event.",
    source="clinic default",
)
DIS_14 = Rule(
    "DIS-14",
    "The provider was told of a leaving against advice during the visit, not before it and not in the future.",
    source="clinic default",
)
NOT_OVER = "The infusion has not ended. Record its end, or STOP, first; then the patient may leave."
NO_WAY_OUT: dict[InfusionState, str] = {
    InfusionState.ARRIVED: "Nothing was started today. Record “Do not start” instead.",
    InfusionState.INFUSING: NOT_OVER,
    InfusionState.PAUSED: NOT_OVER,
    InfusionState.DISCHARGED: "This patient has left already; it is on the chart. Reload to see it.",
    InfusionState.NOT_STARTED: "This visit is closed: nothing was started. Nobody is left to discharge.",
}


@dataclass(frozen=True, slots=True)
class DischargeFacts:
    """What is known when a nurse discharges; times are aware, ``at`` is the server's clock.

    in_hand_mg: of the drawn dose, by the ledger; observation: as the order's protocol says;
    language: of the instructions, "" while none were given; named: the driver named beforehand, "" for nobody;
    stop_explained: False while a stop has no reason.
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
    language: str = ""
    patient_language: str = ""
    named: str = ""
    stop_explained: bool = True


def may_leave_at(ended_at: datetime, observation: timedelta = OBSERVATION) -> datetime:
    """Return when the observation is over, in UTC: the clinic's clock may change meanwhile."""
    return ended_at.astimezone(UTC) + observation


def leaving_problems(state: InfusionState) -> list[Problem]:
    """Return why nobody leaves from where the infusion stands."""
    sentence = NO_WAY_OUT.get(state)
    return [Blocker(DIS_11.id, sentence)] if sentence else []


def discharge_problems(facts: DischargeFacts) -> list[Problem]:
    """Return everything that still keeps the patient here, the way home included."""
    return [
        *_time_problems(facts),
        *_stop_problems(facts),
        *_ledger_problems(facts),
        *_checklist_problems(facts),
        *_language_problems(facts),
        *drivers.discharge_problems(facts.driver, patient_name=facts.patient_name),
        *_other_driver_problems(facts),
    ]


def _time_problems(facts: DischargeFacts) -> list[Problem]:
    problems: list[Problem] = []
    left = may_leave_at(facts.ended_at, facts.observation) - facts.at.astimezone(UTC)
    if left > timedelta(0):
        minutes = -(-left // timedelta(minutes=1))
        sentence = f"The observation runs {minutes} min more. Keep the patient in the chair until then."
        problems.append(Blocker(DIS_01.id, sentence, "at"))
    after = min(LAST_SET, facts.observation)
    if facts.last_set_at is None or facts.last_set_at < may_leave_at(facts.ended_at, after):
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


def _stop_problems(facts: DischargeFacts) -> list[Problem]:
    if facts.stop_explained:
        return []
    return [Blocker(DIS_13.id, "The stop has no reason yet. Say why it was stopped first.", "stop_reason")]


def _language_problems(facts: DischargeFacts) -> list[Problem]:
    if not facts.instructions_given:
        return []
    if not facts.language.strip():
        sentence = "Say in which language the instructions were given."
        return [Blocker(DIS_10.id, sentence, "instructions")]
    if not facts.patient_language or same_words(facts.language, facts.patient_language):
        return []
    sentence = (
        f"The patient's language is {facts.patient_language}; the instructions were given in {facts.language}. "
        "Confirm that the patient said them back in their own words, or give them again."
    )
    return [NeedsTick(DIS_10.id, sentence, "instructions")]


def _other_driver_problems(facts: DischargeFacts) -> list[Problem]:
    here = facts.driver.full_name
    other = facts.named.strip() and here.strip() and not same_words(here, facts.named)
    if not other or facts.driver.kind not in drivers.ALLOWED:
        return []
    sentence = (
        f"{facts.named} was named, {here} is here. Ask the patient whether they know this person; confirm if so."
    )
    return [NeedsTick(DIS_12.id, sentence, "name")]


def same_words(one: str, other: str) -> bool:
    """Return whether two names or languages are the same but for case and spaces."""
    return one.casefold().split() == other.casefold().split()


def against_advice_problems(
    *,
    reason: str,
    provider_notified: bool,
    told_at: datetime | None = None,
    arrived_at: datetime | None = None,
    at: datetime | None = None,
) -> list[Problem]:
    """Return what is missing before a patient is charted as having left against advice.

    told_at: when the provider was told, with ``arrived_at`` of the patient and ``at``, the server's clock.
    """
    problems: list[Problem] = []
    if not reason.strip():
        problems.append(Blocker(DIS_08.id, "Write down why the patient leaves now.", "reason"))
    if not provider_notified:
        sentence = "Notify the provider on site, then record who was told."
        problems.append(Blocker(DIS_08.id, sentence, "provider"))
    if told_at and at and told_at > at + AHEAD:
        sentence = "The provider cannot have been told in the future. Enter the time at which it was."
        problems.append(Blocker(DIS_14.id, sentence, "told_at"))
    if told_at and arrived_at and told_at < arrived_at:
        sentence = "At that time the patient was not here yet. Enter when the provider was told of the leaving."
        problems.append(Blocker(DIS_14.id, sentence, "told_at"))
    return problems
