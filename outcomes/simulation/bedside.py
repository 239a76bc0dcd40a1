"""Simulated monitors at the chairs: each proposes a reading every five minutes while its patient is observed.

They only propose. What the simulated nurses chart is made by ``acts`` alone and does not hang on them; a person
at the demonstration sees readings to take.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from infusions.actions import add_monitor, receive_reading
from infusions.models import Monitor, MonitorReading
from infusions.rules.monitors import Numbers, Sent
from infusions.states import UNDER_WAY
from outcomes.simulation.chair import Chair
from outcomes.simulation.clinic import Cast

EVERY = timedelta(minutes=5)
APART = timedelta(seconds=37)  # between two chairs, so that not all of them send at once


@dataclass
class Bedside:
    """The monitors of one clinic, by chair. told: what was sent since this process began."""

    cast: Cast
    monitors: dict[int, Monitor]
    told: set[str] = field(default_factory=set)

    def look(self, chairs: Iterable[Chair], now: datetime) -> int:
        """Send what is due; return how many readings that made."""
        sent = [one for chair in chairs if (one := self._reading(chair, now)) is not None]
        if (stray := self._stray(now)) is not None:
            sent.append(stray)
        return sum(self._send(monitor, one, now) for monitor, one in sent)

    def _send(self, monitor: Monitor, one: Sent, now: datetime) -> bool:
        self.told.add(one.identifier)
        if MonitorReading.objects.filter(site=self.cast.site, identifier=one.identifier).exists():
            return False
        return receive_reading(monitor=monitor, sent=one, at=now).is_new

    def _reading(self, chair: Chair, now: datetime) -> tuple[Monitor, Sent] | None:
        """What this chair's monitor sends in these five minutes, where somebody is under way in it."""
        infusion = chair.infusion
        if infusion is None or infusion.state not in UNDER_WAY or infusion.chair not in self.monitors:
            return None
        number = (now - infusion.arrived_at - APART * infusion.chair) // EVERY
        identifier = f"{chair.script.seed}:{number}"
        if number < 0 or identifier in self.told:
            return None
        measured_at = now.replace(microsecond=0)
        return self.monitors[infusion.chair], reading_of(chair, identifier, measured_at)

    def _stray(self, now: datetime) -> tuple[Monitor, Sent] | None:
        """Once a day a gateway names a patient nobody knows, for the review list."""
        identifier = f"stray:{self.cast.site.today(now)}"
        if identifier in self.told or 0 not in self.monitors:
            return None
        numbers = Numbers(sbp=124, dbp=79, hr=71, spo2=98)
        return self.monitors[0], _sent(identifier, now.replace(microsecond=0), numbers, subject="KC-204471")


def reading_of(chair: Chair, identifier: str, measured_at: datetime) -> Sent:
    """Near the last set of the script that is due by now: the same chair and moment give the same numbers."""
    assert chair.infusion is not None
    started = chair.infusion.started_at or measured_at
    acts = [act for act in chair.script.after_start(started) if act.reading and act.at <= measured_at]
    near = acts[-1].reading if acts and acts[-1].reading else chair.script.baseline
    random = Random(f"{identifier}:monitor")
    sbp, hr = near.sbp + random.randrange(-4, 5), near.hr + random.randrange(-3, 4)
    numbers = Numbers(
        sbp=sbp,
        dbp=min(sbp - 12, near.dbp + random.randrange(-3, 4)),
        hr=hr,
        spo2=min(100, near.spo2 + random.randrange(0, 2)),
        rr=random.randrange(12, 18),
    )
    return _sent(identifier, measured_at, numbers, subject=chair.visit.patient.record_number)


def _sent(identifier: str, measured_at: datetime, numbers: Numbers, *, subject: str) -> Sent:
    row = {"measured_at": measured_at.isoformat(), "identifier": identifier, "record_number": subject}
    row |= {sign: str(getattr(numbers, sign)) for sign in ("sbp", "dbp", "hr", "spo2", "rr")}
    return Sent(identifier, subject, "", measured_at, numbers, {"format": "csv", "row": row})


def set_up(cast: Cast, *, at: datetime) -> Bedside:
    """A monitor at each chair and a gateway, where they are not there yet. Their tokens are thrown away."""
    in_use = Monitor.objects.select_related("site").filter(site=cast.site, ended_at__isnull=True)
    known = {monitor.chair or 0: monitor for monitor in in_use}
    for chair in range(1, cast.site.chairs + 1):
        if chair not in known:
            known[chair] = _add(cast, f"Monitor {chair}", chair, at)
    if 0 not in known:
        known[0] = _add(cast, "Gateway", None, at)
    return Bedside(cast, known)


def _add(cast: Cast, name: str, chair: int | None, at: datetime) -> Monitor:
    return add_monitor(site=cast.site, name=name, chair=chair, by=cast.administrator, at=at)[0]
