"""A clock that the test steps forward: one for the test, the web server and the tablets.

Between two steps it runs as any clock, but at most for ``MOST``: however slow the machine is, what happens after a
step to 13:05 happens at 13:05. The product knows nothing of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

FILE = "FAST_CLOCK"  # environment of the web server: the clock's file
MOST = timedelta(seconds=50)

# A tablet's own clock follows: it is as far ahead as the last step said.
ON_TABLETS = """(() => {
    const Real = Date;
    const now = () => Real.now() + (Number(localStorage.testAhead) || 0);
    window.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(now()); }
        static now() { return now(); }
    };
})()"""


class Clock:
    """file: when the last step was made, by the machine, and to which time, in seconds; none before the first."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        """What ``django.utils.timezone.now`` answers instead of its own."""
        real = datetime.now(UTC)
        try:
            stepped, to = map(float, self.file.read_text().split())
        except FileNotFoundError:
            return real
        ran = real - datetime.fromtimestamp(stepped, UTC)
        return datetime.fromtimestamp(to, UTC) + min(max(ran, timedelta(0)), MOST)

    def to(self, at: datetime) -> None:
        """Step to this time; never back, once a step was made."""
        at = max(at, self.now()) if self.file.exists() else at
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{datetime.now(UTC).timestamp()} {at.timestamp()}")
        os.replace(fresh, self.file)

    @property
    def ahead_ms(self) -> int:
        """How far it is ahead of the machine."""
        return round((self.now() - datetime.now(UTC)) / timedelta(milliseconds=1))

    @contextmanager
    def running(self) -> Iterator["Clock"]:
        """The test's own time too."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "now", self.now)
            yield self
