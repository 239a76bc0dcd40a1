"""What a monitor may send, whose it is, how long it is offered, and what a nurse may do with it.

A monitor proposes and never charts: a set of vital signs is made by a nurse's tap only, with the numbers
exactly as they were sent.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from infusions.rules.running import AHEAD, OLDEST
from infusions.rules.vital_entry import entry_problems
from infusions.rules.vitals import NUMBERS, Vitals
from infusions.states import Rhythm, Sign
from kitclinic.problems import Blocker, NeedsTick, Problem
from kitclinic.register import Rule

MON_01 = Rule(
    "MON-01",
    "A monitor sends under a token of its own, shown once and kept as its SHA-256 only; an unknown or ended one "
    "opens nothing and is written down.",
    source="45 CFR 164.312(d); OWASP ASVS 5.0",
)
BODY_MOST, READINGS_MOST, DEPTH_MOST = 64 * 1024, 200, 32  # bytes, readings of one request, levels of JSON
MON_02 = Rule(
    "MON-02",
    "A request is at most 64 KB of UTF-8 with at most 200 readings; what cannot be read whole is refused whole.",
    source="clinic default",
)
MON_03 = Rule(
    "MON-03",
    "Only blood pressure, heart rate, SpO₂ and respiratory rate are taken, by their LOINC codes and UCUM units, "
    "each once for a moment.",
    source="FHIR R4 vital signs profiles",
)
DIGITS_MOST = 999
MON_04 = Rule(
    "MON-04",
    "A reading is a whole number of at most three digits: 98.0 is 98, and 98.4 is refused, never rounded.",
    source="clinic default",
)
MON_05 = Rule(
    "MON-05",
    "Only observations that are final or amended are taken, measured at one moment with its time zone.",
    source="FHIR R4 Observation",
)
MON_06 = Rule(
    "MON-06",
    "A reading belongs to the open infusion of the patient it names, who sits where the monitor stands; without a "
    "name, to whoever has sat at the monitor's chair since before it was measured.",
    source="clinic default; NPSG.01.01.01 for what identifies a patient",
)
MON_07 = Rule(
    "MON-07",
    "A reading that no chart can take is stored with the reason and waits on the review list; so is one that "
    "cannot be true. None is altered.",
    source="clinic default",
)
MON_08 = Rule(
    "MON-08",
    "The same identifier with the same content is stored once; with other content it is refused.",
    source="clinic default",
)
FRESH = timedelta(minutes=5)  # MON-09: exactly five minutes old is offered
MON_09 = Rule(
    "MON-09",
    "The newest reading nobody has answered is offered at the chart for 5 min; older ones are listed as old.",
    source="clinic default",
)
SKEW = timedelta(seconds=60)  # MON-10: exactly sixty seconds are not shown
MON_10 = Rule(
    "MON-10",
    "More than 60 s between the monitor's clock and the time a reading was received is shown beside it.",
    source="clinic default",
)
MON_11 = Rule(
    "MON-11",
    "A nurse takes a reading with its numbers as sent, at its own time, and adds rhythm and symptoms by a tap.",
    source="clinic default",
)
MON_12 = Rule(
    "MON-12",
    "A reading is answered once: taken into one set, or put away with a reason.",
    source="clinic default",
)
MON_13 = Rule(
    "MON-13",
    "A reading off the review list is given to a chart of the day by a nurse, and waits there for its answer.",
    source="clinic default",
)
REFUSALS_A_MINUTE, READINGS_A_MINUTE = 10, 240
MON_14 = Rule(
    "MON-14",
    "More than 10 refused tokens of one address, or 240 readings of one monitor, within a minute wait.",
    source="clinic default",
)
MON_15 = Rule(
    "MON-15",
    "A monitor has a name no other monitor in use has, and stands at a chair of the clinic or at none.",
    source="clinic default",
)
MINUTE = timedelta(minutes=1)
SIGNS = (*(sign.value for sign in NUMBERS), "rr")
LABELS = {sign.value: str(sign.label) for sign in NUMBERS} | {"rr": "RR"}
IDENTIFIER_MOST = 120


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was measured: mmHg, mmHg, beats/min, percent, breaths/min; None was not sent."""

    sbp: int | None = None
    dbp: int | None = None
    hr: int | None = None
    spo2: int | None = None
    rr: int | None = None

    def vitals(self, rhythm: Rhythm | None = None) -> Vitals:
        return Vitals(self.sbp, self.dbp, self.hr, self.spo2, rhythm, rr=self.rr)


@dataclass(frozen=True, slots=True)
class Sent:
    """One moment's readings of one patient, as a monitor sent them.

    identifier: the sender's own, "" for none; subject: the record number, "" for none; device: what it calls
    itself, "" for nothing; content: as sent, numbers with a decimal point as text; where: "Row 3".
    """

    identifier: str
    subject: str
    device: str
    measured_at: datetime
    numbers: Numbers
    content: dict[str, Any] = field(hash=False)
    where: str = ""

    @property
    def known_as(self) -> str:
        """Under what it is stored once (MON-08): its identifier, else a digest of its content."""
        known = self.identifier or self._digest(self.content)
        return known if len(known) <= IDENTIFIER_MOST else self._digest(known)

    @staticmethod
    def _digest(what: Any) -> str:
        return "sha256:" + hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read out of one request: everything, or the problems of everything."""

    sent: tuple[Sent, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def unreadable(self) -> bool:
        return any(problem.rule == MON_02.id for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Seat:
    """The open infusion a reading may belong to: its chair, and since when the patient has been here."""

    chair: int
    arrived_at: datetime


def impossible(numbers: Numbers) -> list[str]:
    """Return why these numbers cannot be true, as for typed ones (VIT-09)."""
    given = {Sign(name): "not sent" for name in SIGNS[:4]}
    found = entry_problems(numbers.vitals(Rhythm.SINUS), reasons=given)
    return [problem.sentence for problem in found if isinstance(problem, Blocker)]


def intake_problems(
    sent: Sent,
    *,
    monitor: str,
    chair: int | None,
    is_known: bool,
    seat: Seat | None,
    at: datetime,
) -> list[str]:
    """Return why no chart can take this reading (MON-06, MON-07); empty when one can.

    chair: where the monitor stands; is_known: whether the record number it names is of a patient here;
    seat: the open infusion of that patient, or of the chair where no patient is named.
    """
    found = impossible(sent.numbers) + time_sentences(sent.measured_at, at=at)
    if chair is not None and sent.device and sent.device != monitor:
        found.append(f"It says it comes from “{sent.device}”; the token is that of {monitor}.")
    if sent.subject and not is_known:
        found.append(f"No patient here has the record number {sent.subject}.")
    elif seat is None:
        found.append(_nobody(sent.subject, chair))
    elif chair is not None and seat.chair != chair:
        found.append(f"{sent.subject} sits in chair {seat.chair}; {monitor} stands at chair {chair}.")
    elif sent.measured_at < seat.arrived_at:
        found.append("It was measured before the patient in the chair arrived.")
    return found


def _nobody(subject: str, chair: int | None) -> str:
    if subject:
        return f"{subject} has no open infusion today."
    if chair is None:
        return "It does not say whose it is, and the monitor stands at no chair."
    return f"Nobody has an open infusion in chair {chair}."


def time_sentences(measured_at: datetime, *, at: datetime) -> list[str]:
    """Return why a set could not be dated so (RUN-01)."""
    if measured_at > at + AHEAD:
        return [f"The monitor's clock is {_long(measured_at - at)} ahead. Set its clock and measure again."]
    if measured_at < at - OLDEST:
        return ["It was measured more than a day ago."]
    return []


def skew_words(*, measured_at: datetime, received_at: datetime) -> str:
    """Return what to say of the monitor's clock beside a reading, "" within 60 s (MON-10)."""
    gap = received_at - measured_at
    if abs(gap) <= SKEW:
        return ""
    if gap < timedelta(0):
        return f"its clock is {_long(-gap)} ahead"
    return f"received {_long(gap)} after, or its clock is behind"


def _long(gap: timedelta) -> str:
    seconds = int(gap.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def is_offered(*, measured_at: datetime, at: datetime) -> bool:
    """Return whether a reading is new enough to stand beside the fields (MON-09)."""
    return at - measured_at <= FRESH


def is_too_much(received: int, *, new: int) -> bool:
    """Return whether a monitor has to wait (MON-14). received: readings of the last minute."""
    return received + new > READINGS_A_MINUTE


def too_many_problem() -> Problem:
    sentence = (
        f"More than {READINGS_A_MINUTE} readings came from this monitor within a minute. Nothing was stored."
    )
    return Blocker(MON_14.id, f"{sentence} Send them again in a minute.")


def give_problems(
    numbers: Numbers, *, measured_at: datetime, is_open: bool, arrived_at: datetime, at: datetime
) -> list[Problem]:
    """Return what stands in the way of giving a reading to this chart (MON-13)."""
    problems: list[Problem] = []
    if numbers == Numbers():
        sentence = "What it sent cannot be true, so no chart can take it. Measure again, and put this one away."
        problems.append(Blocker(MON_07.id, sentence))
    problems += [Blocker(MON_07.id, sentence) for sentence in time_sentences(measured_at, at=at)]
    if not is_open:
        problems.append(Blocker(MON_13.id, "This infusion is not open today. Choose another chart.", "infusion"))
    elif measured_at < arrived_at:
        sentence = "It was measured before this patient arrived. Confirm that it is this patient's."
        problems.append(NeedsTick(MON_13.id, sentence, "infusion"))
    return problems


def put_away_problems(because: str) -> list[Problem]:
    if because.strip():
        return []
    return [Blocker(MON_12.id, "Say why the reading is put away.", "because")]


def monitor_problems(name: str, chair: int | None, *, names: frozenset[str], chairs: int) -> list[Problem]:
    """Return what is wrong with a new monitor (MON-15). names: of the monitors in use, in lower case."""
    problems: list[Problem] = []
    if not name.strip():
        problems.append(Blocker(MON_15.id, "Give the monitor a name, such as the label on it.", "name"))
    elif name.strip().lower() in names:
        problems.append(Blocker(MON_15.id, "Another monitor in use has this name. Choose another one.", "name"))
    if chair is not None and not 1 <= chair <= chairs:
        sentence = f"This clinic has chairs 1 to {chairs}. Choose one of them, or none."
        problems.append(Blocker(MON_15.id, sentence, "chair"))
    return problems
