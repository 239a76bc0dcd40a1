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


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a nurse does: its name, when, and what she types."""

    name: str
    at: datetime
    what: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Habits:
    """What is unusual about one visit."""

    misses: str = ""  # reason of a missed day
    slow_set: str = ""  # code of a set that is taken twelve minutes late
    open_flag: bool = False  # the flag waits until just before discharge
    stops: str = ""  # reason of an early stop
    driver_late: bool = False


def habits(random: Random, *, day_index: int) -> Habits:
    """Rates near the paper's: about one day in sixty is missed, nothing is an adverse event."""
    if day_index > 1 and random.random() < 0.017:
        reasons = ["clinic_closed", "scheduling", "transport", "illness", "patient_choice", "cost", "unknown"]
        return Habits(misses=random.choices(reasons, [3, 2, 3, 5, 1, 1, 1])[0])
    return Habits(
        slow_set=random.choice(["start+15", "start+30", "end+15"]) if random.random() < 0.05 else "",
        stops="patient_choice" if random.random() < 0.003 else "",
        driver_late=random.random() < 0.06,
    )


def script(random: Random, *, booked: datetime, day_index: int, habits: Habits) -> list[Act]:
    """All acts of one visit in order of time.

    booked: instant of the booked start. Raises ValueError for a missed day, which has no acts.
    """
    if habits.misses:
        raise ValueError("nothing happens at the chair on a missed day")
    arrival = booked + timedelta(seconds=random.randrange(-180, 200))
    acts = [Act("arrive", arrival)]
    acts += [
        Act(name, arrival + timedelta(seconds=offset))
        for name, offset in (("weigh", 60), ("identity", 100), ("iv", 200), ("premedication", 260))
    ]
    base = _baseline(random)
    acts.append(Act("vitals", arrival + timedelta(seconds=400), {"slot": "baseline"} | base))
    acts.append(Act("pump", arrival + timedelta(seconds=500)))
    start = max(arrival + timedelta(seconds=560), booked + timedelta(minutes=9))
    acts.append(Act("start", start))
    runs = timedelta(minutes=random.choice([12, 18, 25])) if habits.stops else timedelta(minutes=40)
    end = start + runs
    acts += _sets(random, base=base, start=start, end=end, habits=habits)
    acts.append(Act("stop", end, {"reason": habits.stops}) if habits.stops else Act("complete", end))
    leave = end + timedelta(minutes=32 + (7 if habits.driver_late else 0), seconds=random.randrange(90))
    acts.append(Act("discharge", leave))
    return sorted(acts, key=lambda act: act.at)


def _baseline(random: Random) -> dict[str, object]:
    sbp = round(min(172, max(96, random.gauss(126, 14))))
    dbp = round(min(104, max(56, sbp - random.gauss(48, 6))))
    return {"sbp": sbp, "dbp": dbp, "hr": round(min(104, max(52, random.gauss(73, 9)))), "spo2": _oxygen(random)}


def _oxygen(random: Random) -> int:
    return min(100, max(93, round(random.gauss(97.6, 1.1))))


def _sets(random: Random, *, base: dict[str, object], start: datetime, end: datetime, habits: Habits) -> list[Act]:
    """The five sets of the grid, each within two minutes of its time, and what they cause."""
    rise, more = random.gauss(*SBP_RISE), random.gauss(*DBP_RISE)
    faster = random.gauss(4, 5)
    times = {"start+15": start + timedelta(minutes=15), "start+30": start + timedelta(minutes=30)}
    times = {code: at for code, at in times.items() if at < end}
    times |= {"end": end, "end+15": end + timedelta(minutes=15), "end+30": end + timedelta(minutes=30)}
    acts: list[Act] = []
    for code, due in times.items():
        late = timedelta(minutes=12) if code == habits.slow_set else timedelta(seconds=random.randrange(20, 110))
        share, noise = EFFECT[code], random.gauss(0, 2.5)
        sbp = round(int(str(base["sbp"])) + rise * share + noise)
        what: dict[str, object] = {
            "slot": code,
            "sbp": sbp,
            "dbp": min(sbp - 12, round(int(str(base["dbp"])) + more * share + noise / 2)),
            "hr": round(int(str(base["hr"])) + faster * share + random.gauss(0, 2)),
            "spo2": max(91, int(str(base["spo2"])) - (1 if random.random() < 0.3 else 0)),
            "symptoms": _symptoms(random) if code in {"start+15", "start+30", "end"} else [],
        }
        acts.append(Act("vitals", due + late, what))
        if "nausea" in what["symptoms"]:  # type: ignore[operator]
            acts.append(Act("as_needed", due + late + timedelta(seconds=120)))
        wait = timedelta(seconds=random.randrange(50, 170))
        if habits.open_flag:
            wait = end + timedelta(minutes=31) - (due + late)
        acts.append(Act("acknowledge", due + late + wait, {"slot": code}))
    return acts


def _symptoms(random: Random) -> list[str]:
    return [symptom for symptom, chance in SYMPTOM_CHANCES if random.random() < chance]
