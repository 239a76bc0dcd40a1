"""What happens at one simulated visit, minute by minute. Pure: the same seed gives the same visit."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

# Pressure at the end of 40 min against the baseline, mmHg: mean and SD in 2,342 infusions
# (Yale, Gen Hosp Psychiatry 2024), as quoted in the safety reference.
SBP_RISE = (16.0, 11.2)
DBP_RISE = (11.0, 8.45)
EFFECT = {"start+15": 0.55, "start+30": 0.9, "end": 1.0, "end+15": 0.45, "end+30": 0.15}
SYMPTOM_CHANCES = (("dissociated", 0.16), ("dizzy", 0.09), ("nausea", 0.07), ("headache", 0.03), ("vision", 0.03))
RUNS = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a nurse reads off the monitor, as whole numbers."""

    sbp: int
    dbp: int
    hr: int
    spo2: int
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a nurse does: its name, when, and for a set of vital signs its place and numbers."""

    name: str
    at: datetime
    slot: str = ""
    reading: Reading | None = None

    @property
    def label(self) -> str:
        return f"{self.name}:{self.slot}"


@dataclass(frozen=True, slots=True)
class Habits:
    """What is unusual about one visit."""

    misses: str = ""  # reason of a missed day
    slow_set: str = ""  # code of a set that is taken late
    slow_by: timedelta = timedelta(minutes=12)
    keeps_flag: bool = False  # a flag waits until just before discharge
    rises: bool = False  # pressure rises by nearly half
    stops: bool = False  # the patient chooses to stop early
    event: bool = False  # pressure falls, and it is stopped for that
    driver_late: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One visit: everything but the hours that depend on when the patient sat down and the drug started."""

    seed: str
    habits: Habits = field(default_factory=Habits)

    def arrival(self, booked: datetime) -> datetime:
        """When the patient sits down: within three minutes of the booked instant."""
        return booked + timedelta(seconds=self._random("arrival").randrange(-180, 200))

    def before_start(self, arrival: datetime) -> list[Act]:
        """Everything up to the start of the drug, in order of time."""
        steps = (("weigh", 60), ("identity", 100), ("pregnancy", 140), ("iv", 200), ("premedication", 260))
        acts = [Act(name, arrival + timedelta(seconds=offset)) for name, offset in steps]
        acts.append(Act("vitals", arrival + timedelta(seconds=400), "baseline", self.baseline))
        acts.append(Act("pump", arrival + timedelta(seconds=480)))
        acts.append(Act("start", arrival + timedelta(seconds=570)))
        return acts

    def after_start(self, started: datetime) -> list[Act]:
        """Everything from the start to the way home, in order of time."""
        random = self._random("after")
        stops = self.habits.stops or self.habits.event
        end = started + (timedelta(minutes=random.choice([12, 18, 25])) if stops else RUNS)
        acts = [Act("stop" if stops else "complete", end)]
        acts += self._sets(random, started, end)
        if self.habits.event:
            acts += self._event(end)
        wait = timedelta(minutes=32 + (8 if self.habits.driver_late else 0), seconds=random.randrange(60))
        acts.append(Act("discharge", end + wait))
        return sorted(acts, key=lambda act: act.at)

    def _event(self, end: datetime) -> list[Act]:
        """Dizzy, a set with low pressure, the provider called and here, fluids; the stop lies between."""
        base = self.baseline
        low = Reading(round(base.sbp * 0.66), round(base.dbp * 0.62), base.hr + 24, base.spo2 - 1, ("dizzy",))
        steps = (("effect", -100), ("call", -50), ("answered", 70), ("fluids", 120))
        acts = [Act(name, end + timedelta(seconds=offset)) for name, offset in steps]
        return [*acts, Act("vitals", end - timedelta(seconds=75), "event", low)]

    @property
    def baseline(self) -> Reading:
        random = self._random("baseline")
        sbp = round(min(172, max(96, random.gauss(126, 14))))
        dbp = round(min(104, max(54, sbp - random.gauss(48, 6))))
        return Reading(
            sbp,
            dbp,
            round(min(104, max(52, random.gauss(73, 9)))),
            min(100, max(93, round(random.gauss(97.6, 0.8)))),
        )

    def _sets(self, random: Random, started: datetime, end: datetime) -> list[Act]:
        base, habits = self.baseline, self.habits
        rise = (random.gauss(*SBP_RISE), random.gauss(*DBP_RISE), random.gauss(4, 5))
        if habits.rises:
            rise = (base.sbp * 0.45, base.dbp * 0.2, rise[2])
        times = {f"start+{n}": started + timedelta(minutes=n) for n in (15, 30)}
        times = {code: due for code, due in times.items() if due < end}
        times |= {"end": end, "end+15": end + timedelta(minutes=15), "end+30": end + timedelta(minutes=30)}
        acts: list[Act] = []
        for code, due in times.items():
            late = timedelta(seconds=random.randrange(20, 110))
            if code == habits.slow_set:
                late = habits.slow_by
            reading = _reading(random, base, rise, EFFECT[code], asks=code in {"start+15", "start+30", "end"})
            acts.append(Act("vitals", due + late, code, reading))
            if "nausea" in reading.symptoms:
                acts.append(Act("as_needed", due + late + timedelta(seconds=120)))
            wait = timedelta(seconds=random.randrange(50, 170))
            answered = end + timedelta(minutes=31) if habits.keeps_flag else due + late + wait
            acts.append(Act("acknowledge", answered, code))
        return acts

    def _random(self, part: str) -> Random:
        return Random(f"{self.seed}:{part}")


def _reading(
    random: Random, base: Reading, rise: tuple[float, float, float], share: float, *, asks: bool
) -> Reading:
    """The baseline plus a share of this patient's rise, with a little noise."""
    noise = random.gauss(0, 2.5)
    sbp = round(base.sbp + rise[0] * share + noise)
    symptoms = tuple(name for name, chance in SYMPTOM_CHANCES if random.random() < chance) if asks else ()
    return Reading(
        sbp=sbp,
        dbp=min(sbp - 12, round(base.dbp + rise[1] * share + noise / 2)),
        hr=max(45, round(base.hr + rise[2] * share + random.gauss(0, 2))),
        spo2=min(100, max(93, base.spo2 - (1 if random.random() < 0.3 else 0))),
        symptoms=symptoms,
    )


def usual_habits(seed: str, *, day_index: int) -> Habits:
    """Rates near the paper's: about one later day in sixty is missed; nothing is an adverse event."""
    random = Random(f"{seed}:habits")
    if day_index > 1 and random.random() < 0.017:
        reasons = ["clinic_closed", "scheduling", "transport", "illness", "patient_choice", "cost", "unknown"]
        return Habits(misses=random.choices(reasons, [3, 2, 3, 5, 1, 1, 1])[0])
    return Habits(
        slow_set=random.choice(["start+15", "start+30", "end+15"]) if random.random() < 0.05 else "",
        stops=random.random() < 0.003,
        driver_late=random.random() < 0.05,
    )
