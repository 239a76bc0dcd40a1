"""One offer as it is shown to the scheduler and read out to the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.display import MINUS
from scheduling.models import GroupSeat
from scheduling.rules.capacity import Lengths, clock
from scheduling.rules.groups import Clearance
from scheduling.rules.offers import Offer
from scheduling.rules.reminders import spoken
from scheduling.states import SequenceMode

NUMBERS = ("none", "one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Line:
    """One offer as it is shown and read out.

    group_day, group_minute: of the patient's own group visit, or of the one that is booked along (``along``);
    cleared_on: of a returning patient, who needs none; nurse: who is on shift at this time on most of the days.
    """

    key: int
    offer: Offer
    today: date
    wish_minute: int
    lengths: Lengths
    group_day: date | None = None
    group_minute: int | None = None
    cleared_on: date | None = None
    nurse: str = ""

    @property
    def value(self) -> str:
        """Return "2026-10-05 545", or with the group visit that is booked along "2026-10-05 545 37"."""
        start = f"{self.offer.first_day:%Y-%m-%d} {self.offer.minute}"
        return f"{start} {self.along}" if self.along else start

    @property
    def mode(self) -> str:
        return self.offer.block.mode.value

    @property
    def along(self) -> int | None:
        """The key of the group visit that is booked in the same act."""
        return self.offer.group.key if self.offer.group else None

    @property
    def is_short(self) -> bool:
        return self.offer.block.mode == SequenceMode.SHORT

    @property
    def holiday(self) -> str:
        """Return what is unusual about these days, "" for five days of one week."""
        if self.offer.block.mode == SequenceMode.SAME_WEEK:
            return ""
        closed = " and ".join(f"{day:%a} {day.day} {day:%b} closed ({why})" for day, why in self.offer.closed)
        words = {
            SequenceMode.SHORT: "short course of four days, with consent",
            SequenceMode.CALENDAR_DAYS: "Saturday included",
            SequenceMode.CLINIC_DAYS: "weekend inside",
        }[self.offer.block.mode]
        return f"{words}; {closed}" if closed else words

    @property
    def time(self) -> str:
        return clock(self.offer.minute)

    @property
    def leaves(self) -> str:
        return clock(self.offer.minute + self.lengths.attended)

    @property
    def last_day(self) -> date:
        return self.offer.dates[-1]

    @property
    def before_last(self) -> date:
        return self.offer.dates[-2] if len(self.offer.dates) > 1 else self.offer.dates[-1]

    @property
    def in_days(self) -> int:
        return (self.offer.first_day - self.today).days

    @property
    def gap(self) -> int | None:
        return (self.offer.first_day - self.group_day).days if self.group_day else None

    @property
    def group_is_over(self) -> bool:
        """Whether there is no group visit left to go to."""
        return self.group_day is None or self.group_day < self.today

    @property
    def away(self) -> str:
        """Return "+1 h 20 min" or "−10 min" from the wish."""
        hours, minutes = divmod(self.offer.off_wish, 60)
        sign = "+" if self.offer.minute > self.wish_minute else MINUS
        return sign + " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes else []))

    @property
    def chairs(self) -> str:
        if self.offer.keeps_chair:
            return f"all in chair {self.offer.chairs.chairs[0]}, as before"
        if self.offer.chairs.is_one_chair:
            return f"all in chair {self.offer.chairs.chairs[0]}"
        return f"chairs {', '.join(map(str, self.offer.chairs.chairs))}"

    @property
    def nurse_days(self) -> str:
        """Return "4 of 5 days with Marta Quist", "" where no nurse is on shift at that time."""
        if self.offer.nurse is None or not self.nurse:
            return ""
        before = ", as before" if self.offer.keeps_nurse else ""
        return f"{self.offer.nurse.days} of {len(self.offer.dates)} days with {self.nurse}{before}"

    @property
    def lost(self) -> str:
        """Return "none lost" or "two lost": places that others lose beyond this one."""
        count = self.offer.lost_places
        return f"{NUMBERS[count] if count < len(NUMBERS) else count} lost"

    @property
    def said_time(self) -> str:
        return spoken(self.offer.minute)

    @property
    def said_group(self) -> str:
        return spoken(self.group_minute or 0)

    @property
    def group_time(self) -> str:
        return clock(self.group_minute or 0)


def lines_of(
    found: Sequence[Offer],
    *,
    seat: GroupSeat | None,
    today: date,
    wish_minute: int,
    lengths: Mapping[date, Lengths],
    clearance: Clearance | None,
    names: Mapping[int, str],
) -> list[Line]:
    """Return the offers numbered from 1. seat: the patient's own; lengths: by first day; names: of nurses."""
    lines = []
    for key, offer in enumerate(found, start=1):
        own = (seat.group.date, seat.group.start_minute) if seat else (None, None)
        day, minute = (offer.group.day, offer.group.start_minute) if offer.group else own
        lines.append(
            Line(
                key,
                offer,
                today,
                wish_minute,
                lengths[offer.first_day],
                day,
                minute,
                clearance.cleared_on if clearance else None,
                names.get(offer.nurse.nurse, "") if offer.nurse else "",
            )
        )
    return lines
