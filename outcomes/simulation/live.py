"""The clinic goes on living: simulated nurses chart the chairs nobody has taken over, in real time."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import close_old_connections

from outcomes.simulation import bedside
from outcomes.simulation.answers import look_at_safety_tasks
from outcomes.simulation.chairside import Chair, run
from outcomes.simulation.clinic import Cast
from outcomes.simulation.today import chairs_of_day, sign_what_starts_soon

logger = logging.getLogger("kitclinic.simulation")

EVERY = 5.0  # seconds between two looks
SAFETY_TASK_WAITS = timedelta(hours=3)  # for a person, before the simulated psychologist calls


@dataclass
class Living:
    """One running clinic; the chairs are those of one day."""

    cast: Cast
    day: date
    chairs: list[Chair] = field(default_factory=list)

    def look(self, now: datetime) -> int:
        """Do what is due at all chairs; return how many acts that took."""
        for chair in self.chairs:
            chair.refresh()
        return run(self.chairs, until=now)


def live(cast: Cast, *, clock: Callable[[], datetime], new_day: Callable[[datetime], Cast]) -> None:
    """Go on until the process is ended.

    new_day: makes the next day when midnight passes and returns the clinic, which may have moved.
    """
    today = cast.site.today(clock())
    living = Living(cast, today, chairs_of_day(cast, today))
    monitors = bedside.set_up(cast, at=clock())
    while True:
        now = clock()
        if cast.site.today(now) != living.day:
            cast = new_day(now)
            living = Living(cast, cast.site.today(now), chairs_of_day(cast, cast.site.today(now)))
            monitors = bedside.set_up(cast, at=now)
        close_old_connections()
        living.look(now)
        monitors.look(living.chairs, now)
        sign_what_starts_soon(cast, now=now)
        look_at_safety_tasks(by=cast.psychologist, site_id=cast.site.pk, at=now, older_than=SAFETY_TASK_WAITS)
        time.sleep(EVERY)
