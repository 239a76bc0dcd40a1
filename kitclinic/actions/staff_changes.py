"""What was done to an account is kept with it, and stands in the audit trail."""

from datetime import datetime

from kitclinic import audit
from kitclinic.models import StaffChange, StaffUser
from kitclinic.roles import PRESCRIBERS

What = StaffChange.What
EVENTS = {
    What.ADDED: "staff added",
    What.INVITED: "staff invited",
    What.INVITED_AGAIN: "staff invited again",
    What.WITHDRAWN: "staff invitation withdrawn",
    What.PASSWORD_SET: "staff password set",
    What.CHANGED: "staff changed",
    What.DISABLED: "staff account closed",
    What.ENABLED: "staff account opened again",
    What.STEPS_ENDED: "staff second step taken away",
}


def note_change(
    person: StaffUser, what: str, *, by: StaffUser | None, at: datetime, was: str, reason: str = ""
) -> StaffChange:
    """Keep what was done to an account, and write it into the audit trail. was: the role before."""
    change = StaffChange.objects.create(
        site=person.site,
        user=person,
        what=what,
        name=person.name,
        credentials=person.credentials,
        role=person.role,
        is_ketamine_trained=person.is_ketamine_trained,
        is_active=person.is_active,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    detail = {
        "role": person.role,
        "was": was,
        "change": change.pk,
        "is_ketamine_trained": person.is_ketamine_trained,
    }
    events = [EVENTS[What(what)]]
    if person.role in PRESCRIBERS and was not in PRESCRIBERS and person.is_active:
        events.append("prescribing role given")
    for event in events:
        actor = "" if by else "command line"
        audit.record(event=event, by=by, actor=actor, at=at, site=person.site, subject=person, detail=detail)
    return change
