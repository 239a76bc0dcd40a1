"""Vital signs: what is the baseline, what flags, what an answer needs. What may be entered: ``vital_entry``.

Signs are whole numbers and stay so: no percent is computed before it is compared. A flag is
computed once, when its set is recorded, and stored with its rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from infusions.states import Direction, Level, Rhythm, Sedation, Sign
from kitclinic.display import show_percent_from
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

LIMIT_PERCENT = 20  # VIT-01: strictly more than 20% flags; exactly 20% does not
VIT_01 = Rule(
    "VIT-01",
    "SBP, DBP and HR each flag when more than 20% above or below the baseline; exactly 20% does not.",
    source="Tankha 2025",
)
VIT_02 = Rule(
    "VIT-02",
    "A sign without a baseline or a reading cannot be compared; it is never shown as within limits.",
    source="clinic default",
)

SPO2_URGENT, SPO2_NOTICE, SPO2_DROP = 90, 92, 4
VIT_03 = Rule("VIT-03", "SpO₂ below 90% flags as urgent.", source="clinic default")
VIT_04 = Rule("VIT-04", "SpO₂ below 92% flags.", source="clinic default")
VIT_05 = Rule("VIT-05", "SpO₂ 4 or more points below the baseline flags.", source="clinic default")
VIT_06 = Rule(
    "VIT-06",
    "A rhythm that differs from today's baseline and is not in the patient's history flags as new.",
    source="Tankha 2025; the definition of new is a clinic default",
)
VIT_07 = Rule(
    "VIT-07",
    "A percent from baseline is printed half up with one decimal place, from the whole numbers.",
    source="clinic default",
)
VIT_08 = Rule(
    "VIT-08",
    "Where the site switches it on, MAP flags when it is more than 20% from the baseline, in exact thirds.",
    source="clinic default",
)

BASELINE_AGE = timedelta(minutes=15)  # VIT-12: fifteen minutes old is valid
VIT_12 = Rule(
    "VIT-12",
    "The baseline is the last complete seated set of the 15 min before the start; it is frozen at the start.",
    source="clinic default",
)

VIT_13 = Rule(
    "VIT-13",
    "A flag is acknowledged with symptoms yes or no and what was done.",
    source="clinic default",
)
VIT_14 = Rule(
    "VIT-14",
    "A provider is notified of a flag with symptoms, of the second flag in a row of one sign, "
    "of a new rhythm and of an urgent SpO₂.",
    source="clinic default",
)
MINUTE = timedelta(minutes=1)  # times are typed to the minute
BOARDS_AFTER, OVERDUE_AFTER = timedelta(minutes=3), timedelta(minutes=5)  # VIT-15
VIT_15 = Rule(
    "VIT-15",
    "A flag open for 3 min is on the boards, and for 5 min it is overdue.",
    source="clinic default",
)

VIT_16 = Rule(
    "VIT-16",
    "A correction is a new set with its reason; the old one stays on the chart, struck through.",
    source="21 CFR 11.10(e)",
)

VIT_19 = Rule(
    "VIT-19",
    "When the frozen baseline is corrected, every later set is compared again: what flags the same stays, "
    "the rest is withdrawn and stays in the history, and what flags anew waits for an answer.",
    source="clinic default",
)
VIT_20 = Rule(
    "VIT-20",
    "A provider is told of a flag after its set was read and not in the future.",
    source="clinic default",
)

COMPARED = (Sign.SBP, Sign.DBP, Sign.HR)
NUMBERS = (*COMPARED, Sign.SPO2)


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set: mmHg, mmHg, beats/min, percent, as whole numbers; None was not obtained.

    rr: breaths/min, sedation and pain (0 to 10) are optional; None was not asked for.
    """

    sbp: int | None
    dbp: int | None
    hr: int | None
    spo2: int | None
    rhythm: Rhythm | None
    rr: int | None = None
    sedation: Sedation | None = None
    pain: int | None = None

    @property
    def map(self) -> int | None:
        """Mean arterial pressure as shown, mmHg; None without both pressures."""
        return None if self.sbp is None or self.dbp is None else map_mmhg(self.sbp, self.dbp)

    @property
    def complete(self) -> bool:
        return self.rhythm is not None and all(self.number(sign) is not None for sign in NUMBERS)

    def number(self, sign: Sign) -> int | None:
        """Return the reading of SBP, DBP, HR or SpO₂."""
        return {Sign.SBP: self.sbp, Sign.DBP: self.dbp, Sign.HR: self.hr, Sign.SPO2: self.spo2}[sign]


class Verdict(StrEnum):
    WITHIN = "within limits"
    FLAG = "flag"
    CANNOT_COMPARE = "cannot compare"


@dataclass(frozen=True, slots=True)
class Flag:
    """One sign of one set that someone must answer, as the nurse was shown it.

    text: "+20.3%", "−4 points", "below 90%", the rhythm's name or, for MAP, a percent.
    """

    rule: str
    sign: Sign
    level: Level
    direction: Direction
    value: int | None
    baseline: int | None
    text: str


def beyond_limit(value: int, baseline: int, percent: int = LIMIT_PERCENT) -> bool:
    """Return whether value is more than so many percent from baseline, exactly. All are whole numbers."""
    return 100 * abs(value - baseline) > percent * baseline


def compare(value: int | None, baseline: int | None, percent: int = LIMIT_PERCENT) -> Verdict:
    """Return the verdict on SBP, DBP or HR; a missing number or a zero baseline is its own answer."""
    if value is None or baseline is None or baseline <= 0:
        return Verdict.CANNOT_COMPARE
    return Verdict.FLAG if beyond_limit(value, baseline, percent) else Verdict.WITHIN


def percent_text(value: int, baseline: int) -> str:
    """Return "+20.3%" or "−4.1%": for the eye only, never compared (VIT-07)."""
    return show_percent_from(value, baseline)


def map_thirds(sbp: int, dbp: int) -> int:
    """Return three times the mean arterial pressure, exact."""
    return sbp + 2 * dbp


def map_mmhg(sbp: int, dbp: int) -> int:
    """Return the mean arterial pressure as shown, half up to 1 mmHg."""
    return (2 * map_thirds(sbp, dbp) + 3) // 6


def flags(
    reading: Vitals,
    baseline: Vitals | None,
    *,
    known_rhythms: frozenset[Rhythm] = frozenset(),
    include_map: bool = False,
    percent: int = LIMIT_PERCENT,
) -> tuple[Flag, ...]:
    """Return at most one flag for each sign.

    percent: the threshold of the order's protocol. baseline: today's frozen set, or None, when only the
    absolute limits of SpO₂ can flag.
    known_rhythms: rhythms in the patient's history. include_map: the site's setting.
    """
    found = [
        _change_flag(VIT_01, sign, reading.number(sign), baseline.number(sign) if baseline else None, percent)
        for sign in COMPARED
    ]
    if include_map and baseline is not None:
        found.append(_change_flag(VIT_08, Sign.MAP, _thirds(reading), _thirds(baseline), percent))
    found.append(_oxygen_flag(reading.spo2, baseline.spo2 if baseline else None))
    found.append(_rhythm_flag(reading.rhythm, baseline.rhythm if baseline else None, known_rhythms))
    return tuple(flag for flag in found if flag is not None)


def compared_again(standing: Sequence[Flag], found: Sequence[Flag]) -> tuple[list[int], list[Flag]]:
    """Return the places of the standing flags to withdraw, and the found flags that are new (VIT-19).

    standing: a set's flags as stored; found: what the corrected baseline makes of the same set. A flag of the
    same sign, direction, level and words is the same flag and stays, with its answer.
    """
    before, after = [_same(flag) for flag in standing], {_same(flag) for flag in found}
    gone = [place for place, key in enumerate(before) if key not in after]
    return gone, [flag for flag in found if _same(flag) not in before]


def _same(flag: Flag) -> tuple[str, str, str, str]:
    return flag.sign, flag.direction, flag.level, flag.text


def not_comparable(reading: Vitals, baseline: Vitals | None) -> tuple[Sign, ...]:
    """Return the signs of SBP, DBP and HR that cannot be compared (VIT-02)."""
    return tuple(
        sign
        for sign in COMPARED
        if compare(reading.number(sign), baseline.number(sign) if baseline else None) is Verdict.CANNOT_COMPARE
    )


def _thirds(vitals: Vitals) -> int | None:
    if vitals.sbp is None or vitals.dbp is None:
        return None
    return map_thirds(vitals.sbp, vitals.dbp)


def _change_flag(rule: Rule, sign: Sign, value: int | None, baseline: int | None, percent: int) -> Flag | None:
    """Return the flag of a relative sign; a MAP comes in thirds and is shown in mmHg."""
    if compare(value, baseline, percent) is not Verdict.FLAG or value is None or baseline is None:
        return None
    direction = Direction.HIGH if value > baseline else Direction.LOW
    text = percent_text(value, baseline)
    if sign is Sign.MAP:
        value, baseline = (2 * value + 3) // 6, (2 * baseline + 3) // 6
    return Flag(rule.id, sign, Level.NOTICE, direction, value, baseline, text)


def _oxygen_flag(value: int | None, baseline: int | None) -> Flag | None:
    if value is None:
        return None
    dropped = 0 if baseline is None else baseline - value
    if value < SPO2_URGENT:
        rule, level, text = VIT_03, Level.URGENT, f"below {SPO2_URGENT}%"
    elif value < SPO2_NOTICE:
        rule, level, text = VIT_04, Level.NOTICE, f"below {SPO2_NOTICE}%"
    elif dropped >= SPO2_DROP:
        rule, level, text = VIT_05, Level.NOTICE, f"−{dropped} points"
    else:
        return None
    return Flag(rule.id, Sign.SPO2, level, Direction.LOW, value, baseline, text)


def _rhythm_flag(rhythm: Rhythm | None, baseline: Rhythm | None, known: frozenset[Rhythm]) -> Flag | None:
    if rhythm is None or baseline is None or rhythm == baseline or rhythm in known:
        return None
    text = str(Rhythm(rhythm).label)
    return Flag(VIT_06.id, Sign.RHYTHM, Level.NOTICE, Direction.CHANGED, None, None, text)


@dataclass(frozen=True, slots=True)
class TakenSet:
    """A recorded set as a candidate for the baseline; struck: corrected by a later row."""

    vitals: Vitals
    taken_at: datetime
    struck: bool = False
    seated: bool = True


def choose_baseline(sets: Iterable[TakenSet], *, at: datetime) -> TakenSet | None:
    """Return the last set that may be the baseline of a start at ``at``, or None (VIT-12).

    sets: in the order of recording; of two taken at one moment the one recorded later is the last.
    """
    valid = [
        taken
        for taken in sets
        if taken.vitals.complete
        and not taken.struck
        and taken.seated
        and timedelta(0) <= at - taken.taken_at <= BASELINE_AGE
    ]
    return max(reversed(valid), key=lambda taken: taken.taken_at, default=None)


def baseline_problems(baseline: TakenSet | None, *, at: datetime) -> list[Problem]:
    """Return the blocker of a baseline set that is missing, incomplete or too old."""
    if baseline is not None and choose_baseline([baseline], at=at) is not None:
        return []
    sentence = "No complete seated baseline set in the last 15 min. Take one now."
    if baseline is not None and at - baseline.taken_at > BASELINE_AGE:
        age = int((at - baseline.taken_at).total_seconds() // 60)
        sentence = f"The baseline set is {age} min old, 15 is the most. Take a new one seated."
    return [Blocker(VIT_12.id, sentence, "baseline")]


def needs_provider(flag: Flag, *, symptomatic: bool, flagged_before: frozenset[Sign]) -> bool:
    """Return whether a provider must be told of this flag (VIT-14).

    flagged_before: the signs that flagged in the set just before this one.
    """
    urgent = flag.level == Level.URGENT or flag.sign == Sign.RHYTHM
    return symptomatic or urgent or flag.sign in flagged_before


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A nurse's answer to a flag; a provider counts as notified with name, time and reply."""

    symptomatic: bool | None
    action: str
    provider: str = ""
    provider_told_at: datetime | None = None
    provider_reply: str = ""

    @property
    def provider_notified(self) -> bool:
        told = self.provider_told_at is not None
        return told and bool(self.provider.strip()) and bool(self.provider_reply.strip())


def told_problems(told_at: datetime | None, *, read_at: datetime, at: datetime) -> list[Problem]:
    """Return the blocker of a time at which nobody can have been told of this flag (VIT-20)."""
    if told_at is None or read_at - MINUTE < told_at <= at + MINUTE:
        return []
    when = "in the future" if told_at > at else "before the set was read"
    return [Blocker(VIT_20.id, f"The provider was told {when}. Enter when it was.", "provider_told_at")]


def acknowledge_problems(
    flag: Flag, answer: Acknowledgement, *, flagged_before: frozenset[Sign] = frozenset()
) -> list[Problem]:
    """Return what the answer to a flag still lacks."""
    problems: list[Problem] = []
    if answer.symptomatic is None:
        problems.append(Blocker(VIT_13.id, "Say whether the patient has symptoms.", "symptomatic"))
    if not answer.action.strip():
        problems.append(Blocker(VIT_13.id, "Say what was done about the flag.", "action"))
    required = needs_provider(flag, symptomatic=bool(answer.symptomatic), flagged_before=flagged_before)
    if required and not answer.provider_notified:
        sentence = "Notify a provider of this flag, then enter who was told and the reply."
        problems.append(Blocker(VIT_14.id, sentence, "provider"))
    return problems


class Attention(StrEnum):
    OPEN = "open"
    ON_BOARDS = "on boards"
    OVERDUE = "overdue"


def attention(*, opened_at: datetime, at: datetime) -> Attention:
    """Return how loudly a flag that nobody has acknowledged asks (VIT-15)."""
    waited = at - opened_at
    if waited >= OVERDUE_AFTER:
        return Attention.OVERDUE
    return Attention.ON_BOARDS if waited >= BOARDS_AFTER else Attention.OPEN
