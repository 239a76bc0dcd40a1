"""What may be entered as a set of vital signs: refused, to be confirmed, or taken as typed; never altered."""

from collections.abc import Mapping

from infusions.rules.vitals import NUMBERS, Vitals
from infusions.states import Sign
from kitclinic.problems import Blocker, NeedsTick, Problem
from kitclinic.register import Rule

SPO2_MOST = 100
VIT_09 = Rule(
    "VIT-09",
    "A sign below zero, an SpO₂ above 100% and a DBP that is not below the SBP are refused.",
    source="clinic default",
)
CONFIRM_OUTSIDE = {Sign.SBP: (50, 260), Sign.DBP: (20, 160), Sign.HR: (20, 250), Sign.SPO2: (70, 100)}
VIT_10 = Rule(
    "VIT-10",
    "SBP outside 50 to 260, DBP outside 20 to 160, HR outside 20 to 250 and SpO₂ below 70% are confirmed.",
    source="clinic default",
)
VIT_11 = Rule(
    "VIT-11",
    "Each sign has a reading or a reason why it could not be obtained; zero never means missing.",
    source="clinic default",
)

PAIN_MOST, RR_USUAL = 10, (6, 40)  # VIT-17, VIT-18
VIT_17 = Rule(
    "VIT-17",
    "An RR below zero and a pain score outside 0 to 10 are refused; both may be left out, as sedation may.",
    source="clinic default",
)
VIT_18 = Rule(
    "VIT-18",
    "An RR outside 6 to 40 is confirmed.",
    source="clinic default",
)
VIT_21 = Rule(
    "VIT-21",
    "A set is dated by the server's clock less the time since Save was first pressed, which the tablet counts; "
    "a tablet whose own clock is more than 60 s off says so.",
    source="clinic default",
)


def entry_problems(vitals: Vitals, *, reasons: Mapping[Sign, str] | None = None) -> list[Problem]:
    """Return what is impossible (blockers) and what to confirm in a typed set.

    reasons: for each sign that could not be obtained, why.
    """
    problems: list[Problem] = []
    given = reasons or {}
    for sign in NUMBERS:
        value = vitals.number(sign)
        if value is None:
            problems += _missing(sign, given)
        elif value < 0 or (sign is Sign.SPO2 and value > SPO2_MOST):
            sentence = f"{sign.label} {value} is not possible. Read the monitor again."
            problems.append(Blocker(VIT_09.id, sentence, sign.value))
        elif not CONFIRM_OUTSIDE[sign][0] <= value <= CONFIRM_OUTSIDE[sign][1]:
            sentence = f"{sign.label} {value} is unusual. Read the monitor again and confirm the number."
            problems.append(NeedsTick(VIT_10.id, sentence, sign.value))
    if vitals.rhythm is None:
        problems += _missing(Sign.RHYTHM, given)
    problems += _optional(vitals)
    if vitals.sbp is not None and vitals.dbp is not None and 0 <= vitals.sbp <= vitals.dbp:
        sentence = f"DBP {vitals.dbp} is not below SBP {vitals.sbp}. Read the monitor again."
        problems.append(Blocker(VIT_09.id, sentence, Sign.DBP.value))
    return problems


def _optional(vitals: Vitals) -> list[Problem]:
    """What may be left out, and is judged where it is given."""
    problems: list[Problem] = []
    if vitals.rr is not None and vitals.rr < 0:
        sentence = f"RR {vitals.rr} is not possible. Count the breaths again."
        problems.append(Blocker(VIT_17.id, sentence, "rr"))
    elif vitals.rr is not None and not RR_USUAL[0] <= vitals.rr <= RR_USUAL[1]:
        sentence = f"RR {vitals.rr} is unusual. Count the breaths again and confirm the number."
        problems.append(NeedsTick(VIT_18.id, sentence, "rr"))
    if vitals.pain is not None and not 0 <= vitals.pain <= PAIN_MOST:
        sentence = f"Pain {vitals.pain} is not on the scale. It goes from 0 to {PAIN_MOST}."
        problems.append(Blocker(VIT_17.id, sentence, "pain"))
    return problems


def _missing(sign: Sign, reasons: Mapping[Sign, str]) -> list[Problem]:
    if reasons.get(sign, "").strip():
        return []
    sentence = f"{sign.label} is missing. Enter it, or choose “unable to obtain” and say why."
    return [Blocker(VIT_11.id, sentence, sign.value)]
