"""A sequence with a driver's link whose code is known."""

from dataclasses import dataclass
from datetime import datetime

from kitclinic.models import Site
from scheduling.actions import make_driver_link, new_driver_token
from scheduling.models import DriverLink, Sequence
from tests.factories.suite import MONDAY, before, booked_sequence, visits_of

DRIVER = {"name": "Marta Quist", "relationship": "sister", "phone": "555-010-7788", "transport": "family"}


@dataclass(frozen=True)
class Linked:
    sequence: Sequence
    link: DriverLink
    token: str

    @property
    def year(self) -> int:
        born = self.sequence.patient.birth_date
        assert born is not None
        return born.year


def linked(site: Site, *, sequence: Sequence | None = None, at: datetime | None = None) -> Linked:
    """A booked sequence of the week of ``MONDAY`` and its link, made five days before."""
    course = sequence or booked_sequence(site)
    token, last = new_driver_token(), visits_of(course)[-1].date
    made = make_driver_link(
        sequence=course, token=token, last_day_ends=site.instant(last, 1440), at=at or before(site, MONDAY)
    )
    return Linked(course, made, token)
