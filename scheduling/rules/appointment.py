"""The shared medical appointment on the day: measurements, health screen, consent, teaching, the decision.

Nothing here changes a value: a reading is refused, confirmed or kept exactly as it was typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Conflict, NeedsTick, Notice, Problem
from kitclinic.register import Rule
from kitclinic.roles import PRESCRIBERS, ROLES, Permission
from scheduling.states import EducationItem, EnrolmentState, HealthQuestion, PregnancyState, SeatState

ENR_70 = Rule(
    "ENR-70",
    "The physician decides after the group visit: cleared, cleared with conditions, needs review, not suitable.",
    source="Tankha 2025 (co-led by a pain physician); the four outcomes: clinic default",
)
ENR_71 = Rule(
    "ENR-71",
    "The health screen asks 9 questions; each is answered with yes or no, and none is answered beforehand.",
    source="Tankha 2025 (overall health assessed for safety); the questions: clinic default",
)
ENR_72 = Rule(
    "ENR-72",
    "A yes in the health screen is settled by the physician in the note or the conditions of the decision; "
    "possible pregnancy needs a negative test of the same day or later.",
    source="clinic default; pregnancy: Cleveland Clinic 2025",
)
ENR_73 = Rule(
    "ENR-73",
    "A patient is cleared with a signed consent that was not withdrawn; the last one signed counts.",
    source="ASRA/AAPM/ASA 2018 (informed consent); how it is kept: clinic default",
)
ENR_74 = Rule(
    "ENR-74",
    "A consent is signed under the clinic's current text, with the patient's typed name, and drawn on the "
    "tablet or kept on paper; a name that is not the patient's is confirmed.",
    source="clinic default",
)
ENR_75 = Rule(
    "ENR-75",
    "At the group visit a DBP that is not below the SBP, an SpO₂ above 100% and a zero are refused; SBP outside "
    "50 to 260, DBP outside 20 to 160, HR outside 20 to 250, SpO₂ below 70% and a height outside 100 to 230 cm "
    "are confirmed.",
    source="clinic default",
)
ENR_76 = Rule(
    "ENR-76",
    "An education item ticked for the room counts for everybody checked in at that moment; who comes later "
    "lacks it, and a missing item does not stop a clearing.",
    source="Tankha 2025 (ketamine education, pain neuroscience, relaxation); how it is ticked: clinic default",
)
ENR_77 = Rule(
    "ENR-77",
    "An entry never replaces one that its writer has not seen; the present one is named and the typed one kept.",
    source="clinic default",
)
ENR_78 = Rule(
    "ENR-78",
    "A patient who was absent or may come again is rebooked in one act, with the same support person.",
    source="clinic default",
)
ENR_79 = Rule(
    "ENR-79",
    "The psychologist's note and goals are written by a psychologist and read by the treating team only.",
    source="clinic default",
)

CONFIRM_OUTSIDE = {"height_cm": (100, 230), "sbp": (50, 260), "dbp": (20, 160), "hr": (20, 250), "spo2": (70, 100)}
SPO2_MOST = 100
MEASURES = {"height_cm": "Height", "sbp": "SBP", "dbp": "DBP", "hr": "HR", "spo2": "SpO₂"}
UNITS = {"height_cm": " cm", "sbp": " mmHg", "dbp": " mmHg", "hr": "/min", "spo2": "%"}
SECTIONS = {  # problem field → the part of the seat's page where it is settled; others: in the assessment
    "attended": "support",
    "support_attended": "support",
    "weight_kg": "weight",
    "screen": "screen",
    "consent": "consent",
    "note": "decision",
}
HERE = (SeatState.ATTENDED, SeatState.REVIEW)  # checked in, and the physician has still to decide
IN_THE_ROOM = (*HERE, SeatState.CLEARED)
REBOOKED_FROM = (SeatState.ABSENT, SeatState.NOT_CLEARED)
STROKE = re.compile(r"M\d{1,3}(\.\d)? \d{1,3}(\.\d)?( ?L\d{1,3}(\.\d)? \d{1,3}(\.\d)?)+")
PATH = re.compile(rf"{STROKE.pattern}( ?{STROKE.pattern})*")
LONGEST_PATH = 20_000
FEWEST_POINTS = 8  # ENR-74: a touch by accident is no signature


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the physician's decision looks at, besides attendance, weight and assessment.

    screen: HealthQuestion value → yes, None while nobody asked; screened_on: its clinic date.
    consented: signed and not withdrawn; withdrawn: the last consent was taken back.
    pregnancy, tested_on: of the assessment that counts.
    """

    role: str
    screen: Mapping[str, bool] | None = None
    screened_on: date | None = None
    consented: bool = False
    withdrawn: bool = False
    pregnancy: str = ""
    tested_on: date | None = None
    note: str = ""
    conditions: str = ""


def decider_problems(role: str) -> list[Problem]:
    """Return the refusal of a decision by somebody who is no physician."""
    if role in PRESCRIBERS:
        return []
    return [Blocker(ENR_70.id, "The physician decides this. Ask the physician who leads the group visit.")]


def decision_problems(facts: DecisionFacts) -> list[Problem]:
    """Return what stands between this patient and being cleared, in addition to ``clearing_problems``."""
    return [
        *decider_problems(facts.role),
        *record_problems(facts),
        *yes_problems(facts),
    ]


def record_problems(facts: DecisionFacts) -> list[Problem]:
    """Return what is not recorded yet: screen and consent."""
    problems: list[Problem] = []
    if facts.screen is None:
        sentence = "The health screen is not recorded. Ask its questions, each with yes or no."
        problems.append(Blocker(ENR_71.id, sentence, "screen"))
    elif screen_problems(facts.screen):
        sentence = "The health screen has open questions. Ask it again, each question with yes or no."
        problems.append(Blocker(ENR_71.id, sentence, "screen"))
    if facts.withdrawn:
        sentence = "The patient has withdrawn the consent. Without a new one nobody is cleared."
        problems.append(Blocker(ENR_73.id, sentence, "consent"))
    elif not facts.consented:
        sentence = "The consent is not signed. Go through the text together and have it signed."
        problems.append(Blocker(ENR_73.id, sentence, "consent"))
    return problems + _pregnancy_problems(facts)


def yes_problems(facts: DecisionFacts) -> list[Problem]:
    """Return the demand to write how each yes was settled."""
    yes = yes_answers(facts.screen or {})
    if not yes or facts.note.strip() or facts.conditions.strip():
        return []
    said = "; ".join(question.label for question in yes)
    sentence = f"Answered with yes: {said}. Write in the note or the conditions how this is settled."
    return [Blocker(ENR_72.id, sentence, "note")]


def _pregnancy_problems(facts: DecisionFacts) -> list[Problem]:
    if not (facts.screen or {}).get(HealthQuestion.PREGNANCY):
        return []
    tested = facts.pregnancy == PregnancyState.NEGATIVE and facts.tested_on is not None
    if tested and (facts.screened_on is None or facts.tested_on >= facts.screened_on):  # type: ignore[operator]
        return []
    sentence = (
        "The patient may be pregnant or is breast-feeding. Record a negative test of the day of the health "
        "screen or later in the assessment; ketamine is not given in pregnancy."
    )
    return [Blocker(ENR_72.id, sentence, "pregnancy")]


def yes_answers(answers: Mapping[str, bool]) -> list[HealthQuestion]:
    """Return the questions answered with yes, in the order of the screen."""
    return [question for question in HealthQuestion if answers.get(question) is True]


def screen_problems(answers: Mapping[str, bool]) -> list[Problem]:
    """Return every question without a yes or a no, and the refusal of answers to no question."""
    problems: list[Problem] = [
        Blocker(ENR_71.id, f"Answer with yes or no: {question.label}.", str(question))
        for question in HealthQuestion
        if not isinstance(answers.get(question), bool)
    ]
    if set(answers) - set(HealthQuestion.values):
        sentence = "These answers belong to another health screen. Reload the page and ask again."
        problems.append(Blocker(ENR_71.id, sentence))
    return problems


def measure_problems(measures: Mapping[str, int | None]) -> list[Problem]:
    """Return refusals and questions about what was measured; None was not measured now.

    measures: height_cm in cm, sbp and dbp in mmHg, hr a minute, spo2 in percent.
    """
    given = {name: value for name, value in measures.items() if value is not None}
    problems = [problem for name, value in given.items() for problem in _impossible(name, value)]
    sbp, dbp = given.get("sbp"), given.get("dbp")
    if sbp is not None and dbp is not None and dbp >= sbp:
        sentence = f"DBP {dbp} is not below SBP {sbp}. Read the monitor again; they may be exchanged."
        problems.append(Blocker(ENR_75.id, sentence, "dbp"))
    if (sbp is None) != (dbp is None):
        sentence = "Blood pressure is two numbers. Type SBP and DBP together."
        problems.append(Blocker(ENR_75.id, sentence, "dbp" if dbp is None else "sbp"))
    return problems or _unusual(given)


def _impossible(name: str, value: int) -> list[Problem]:
    if value <= 0:
        sentence = f"{MEASURES[name]} cannot be {value}. Leave the field empty where nothing was measured."
        return [Blocker(ENR_75.id, sentence, name)]
    if name == "spo2" and value > SPO2_MOST:
        return [Blocker(ENR_75.id, f"SpO₂ cannot be above {SPO2_MOST}%. Read the monitor again.", name)]
    return []


def _unusual(given: Mapping[str, int]) -> list[Problem]:
    """One question about everything outside its limits."""
    found: dict[str, str] = {}
    for name, value in given.items():
        low, high = CONFIRM_OUTSIDE[name]
        if not low <= value <= high:
            found[name] = f"{MEASURES[name]} {value}{UNITS[name]} is outside {low} to {high}"
    if not found:
        return []
    sentence = f"{'; '.join(found.values())}. Measure again; confirm it if it is right."
    return [NeedsTick(ENR_75.id, sentence, next(iter(found)))]


def present_problems(state: str, *, field: str = "") -> list[Problem]:
    """Return the refusal to record anything for a seat that is not checked in, or is decided."""
    if state in HERE:
        return []
    if state == SeatState.BOOKED:
        sentence = "Check the patient in first; this is recorded at the group visit."
    else:
        sentence = f"This seat is {SeatState(state).label.lower()}; nothing more is recorded on it."
    return [Blocker("ENR-23", sentence, field)]


def consent_problems(*, signed_name: str, names: Iterable[str], signature: str, on_paper: bool) -> list[Problem]:
    """Return what is wrong with a signature.

    names: how the patient may sign; signature: an SVG path of lines in a box of 600 × 200, "" on paper.
    """
    problems: list[Problem] = []
    typed = _letters(signed_name)
    if not typed:
        problems.append(Blocker(ENR_74.id, "Type the name of the person who signs.", "signed_name"))
    elif typed not in {_letters(name) for name in names}:
        sentence = (
            f"“{signed_name.strip()}” is not this patient's name. Check that the right patient is open; confirm "
            "it when a representative signs."
        )
        problems.append(NeedsTick(ENR_74.id, sentence, "signed_name"))
    if not on_paper and not is_drawn(signature):
        sentence = "The signature is missing. Sign in the box with finger or pen, or choose “signed on paper”."
        problems.append(Blocker(ENR_74.id, sentence, "signature"))
    return problems


def is_drawn(signature: str) -> bool:
    """Return whether this is a drawn path with enough points to be a signature."""
    if len(signature) > LONGEST_PATH or signature.count("L") < FEWEST_POINTS:
        return False
    return bool(PATH.fullmatch(signature))


def person_problems(state: str) -> list[Problem]:
    """Return the refusal to record anything for a record that was merged away."""
    if state != EnrolmentState.MERGED:
        return []
    return [Blocker("ENR-25", "This record was merged into another one. Open the other one.")]


def note_problems(role: str, *, note: str, goals: str) -> list[Problem]:
    """Return what stands against keeping the psychologist's note."""
    if Permission.WRITE_TEAM_NOTES not in ROLES.get(role, frozenset()):
        return [Blocker(ENR_79.id, "The psychologist writes this note.", "note")]
    if not note.strip() and not goals.strip():
        return [Blocker(ENR_79.id, "Write a note or a goal.", "note")]
    return []


def rebook_problems(state: str) -> list[Problem]:
    """Return the refusal to rebook somebody whose seat still stands."""
    if state in REBOOKED_FROM:
        return []
    sentence = "This seat still stands. Mark the patient absent first, or decide; then book another group visit."
    return [Blocker(ENR_78.id, sentence)]


def overtaken(what: str, present: str, who: str, when: str) -> Conflict:
    """Return the refusal of an entry whose field somebody else has filled meanwhile."""
    sentence = (
        f"{what}: {who} has recorded {present} at {when}. Your entry is kept here; compare, then save it again."
    )
    return Conflict([Blocker(ENR_77.id, sentence)])


def education_missing(given: Iterable[str]) -> list[EducationItem]:
    """Return the items this patient has not had."""
    had = set(given)
    return [item for item in EducationItem if item not in had]


def consent_notices(*, signed_version: int, current_version: int) -> list[Problem]:
    """Return the notice that the text has changed since it was signed."""
    if signed_version >= current_version:
        return []
    sentence = f"Signed under version {signed_version}; the clinic's text is now version {current_version}."
    return [Notice(ENR_73.id, sentence, "consent")]


def text_parts(body: str) -> list[tuple[str, str]]:
    """Return (heading, words) of each part; parts are set apart by an empty line, a single line has no heading."""
    found = []
    for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        first, _, rest = part.strip().partition("\n")
        found.append((first, rest) if rest else ("", first))
    return found


def _letters(name: str) -> str:
    """The letters of a name, lower case, without spaces and marks."""
    return "".join(char for char in name.casefold() if char.isalnum())
