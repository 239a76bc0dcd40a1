"""Which step of the reminder ladder is to be taken now, and by which channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.register import Rule
from outcomes.rules.links import quiet_until
from outcomes.rules.plans import Step, Way
from outcomes.states import StepChannel

STOPPED = Rule(
    "PRO-87",
    "A message leaves only between 08:00 and 21:00 of the clinic's clock, to a patient who agreed to its channel "
    "and has not said no to reminders, on a day without an infusion; the ladder ends with the last answer, or "
    "when the patient says on the telephone that there will be none.",
    source="clinic default",
)
ONCE = Rule(
    "PRO-88",
    "Each step is taken once for ever, however many workers there are. After an interruption the newest message "
    "that is due leaves, those before it are left out and say so, and no two leave on one day.",
    source="clinic default",
)
NO_WAY = "The patient has agreed neither to text messages nor to e-mail."
NO_REMINDERS = "The patient wants no messages about questions."
LEFT_OUT = "Left out: the step after it was due by then."


@dataclass(frozen=True, slots=True)
class Reach:
    """How a patient may be reached. sms, email: agreed, with a number or address."""

    sms: bool
    email: bool
    wants: bool = True

    def channel(self, way: Way, *, before: str = "") -> StepChannel | None:
        """Return the channel of a message; None when there is none. before: of the message that left last."""
        open_ones = [
            name for name, agreed in ((StepChannel.SMS, self.sms), (StepChannel.EMAIL, self.email)) if agreed
        ]
        if way is Way.OTHER and len(open_ones) > 1:
            return next(one for one in open_ones if one != before)
        if way in (Way.SMS, Way.EMAIL):
            return next((one for one in open_ones if one == way.value), None)
        return open_ones[0] if open_ones else None


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken. on: the clinic's day."""

    number: int
    on: date
    is_message: bool


@dataclass(frozen=True, slots=True)
class Due:
    """What to do now. step: its place in the ladder; None: nothing. left_out: steps whose time is over."""

    step: int | None
    left_out: tuple[int, ...] = ()


def due_steps(
    ladder: Sequence[Step],
    *,
    taken: Collection[Taken],
    asked_on: date | None,
    closes_on: date,
    today: date,
    minute: int,
    resting: bool,
    refused: bool,
) -> list[Due]:
    """Return what is due: at most one message and one place on the call list.

    asked_on: day of the invitation, None before it: that step is taken for everybody, so that the questions are
    ready at the clinic. minute: local minutes after midnight. resting: an infusion today. refused: the patient
    wants no reminders. Who said no on the telephone is not asked about here at all.
    """
    if resting or today > closes_on or (asked_on is not None and refused):
        return []
    known = {one.number for one in taken}
    waiting = [
        number
        for number, step in enumerate(ladder)
        if number not in known and _is_due(step, asked_on or today, closes_on, today)
    ]
    found = [Due(number) for number in waiting if ladder[number].way is Way.CALL]
    messages = [number for number in waiting if ladder[number].way is not Way.CALL]
    quiet = quiet_until(minute) is not None
    told_today = any(one.is_message and one.on == today for one in taken)
    if messages and not quiet and not told_today:
        found.insert(0, Due(messages[-1], tuple(messages[:-1])))
    return found


def _is_due(step: Step, asked_on: date, closes_on: date, today: date) -> bool:
    if step.after_days is not None:
        return (today - asked_on).days >= step.after_days
    return today > asked_on and (closes_on - today).days <= (step.before_close or 0)
