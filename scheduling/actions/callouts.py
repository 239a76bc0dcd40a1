"""A call-out as it is reported at the desk: the fact, and at once the first plans for the day."""

from datetime import datetime

from django.db import transaction

from kitclinic.models import StaffUser
from scheduling.actions.absences import record_call_out, take_back_call_out
from scheduling.actions.proposals import overtake, propose_repairs
from scheduling.models import CallOut, SuiteDay
from scheduling.states import ProposalKind

BACK = "the person is there after all"


@transaction.atomic
def report_call_out(
    *,
    suite_day: SuiteDay,
    person: StaffUser,
    from_minute: int,
    by: StaffUser,
    at: datetime,
    to_minute: int | None = None,
    because: str = "",
) -> CallOut:
    """Record who is not there, never refused, and keep quick plans for what the day then lacks."""
    call_out = record_call_out(
        suite_day=suite_day,
        person=person,
        from_minute=from_minute,
        to_minute=to_minute,
        because=because,
        by=by,
        at=at,
    )
    propose_repairs(call_out=call_out, by=by, at=at)
    return call_out


@transaction.atomic
def withdraw_call_out(*, call_out: CallOut, by: StaffUser, at: datetime) -> CallOut:
    """The person is there after all; plans that waited for a decision are put aside."""
    row = take_back_call_out(call_out=call_out, by=by, at=at)
    overtake(row.site, [row.suite_day.date], kind=ProposalKind.REPAIR, because=BACK, by=by, at=at)
    return row
