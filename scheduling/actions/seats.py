"""What every act on a seat needs: the lock, the assessment that counts, the decision, the audit event."""

from datetime import datetime

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, Refused
from kitclinic.states import move
from scheduling.models import GroupSeat, GroupVisit, Patient
from scheduling.queries.merging import assess_again
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.appointment import present_problems
from scheduling.rules.eligibility import assess
from scheduling.rules.groups import ENR_25
from scheduling.rules.merging import assess_again_problems
from scheduling.states import SeatState


def locked_seat(seat: GroupSeat, by: StaffUser) -> tuple[GroupSeat, Patient]:
    """Lock seat and patient, in this order everywhere.

    The weight is not joined: a row that was waited for would come with the weight of before the wait.
    """
    rows = GroupSeat.objects.select_for_update(of=("self",)).select_related("group", "site")
    mine = rows.get(site=by.site_id, pk=seat.pk)
    return mine, Patient.objects.select_for_update().get(site=by.site_id, pk=mine.patient_id)


def present_seat(seat: GroupSeat, by: StaffUser, field: str = "") -> tuple[GroupSeat, Patient]:
    """Lock the seat of a patient who is here and not decided yet. Raises Refused for any other."""
    mine, patient = locked_seat(seat, by)
    problems = present_problems(mine.state, field=field)
    if problems:
        raise Refused(problems)
    return mine, patient


def assessment_problems(patient: Patient, *, clearing: bool) -> list[Problem]:
    """Return what the last assessment says against a seat or a clearing; the last one counts."""
    last = latest_eligibility(patient)
    if last is None:
        return [Blocker(ENR_25.id, "Nobody has assessed this patient. Record eligibility first.")]
    if not last.eligible:
        sentence = (
            "The last assessment does not find this patient eligible. "
            f"Version {last.version} says: {last.get_result_display().lower()}. Open it and finish it first."
        )
        return [Blocker(ENR_25.id, sentence)]
    again = assess_again([patient.pk], site=patient.site_id)
    return [*assess_again_problems(due=bool(again)), *assess(last.facts, clearing=clearing)]


def decide_seat(
    seat: GroupSeat, state: SeatState, by: StaffUser, at: datetime, note: str, conditions: str = ""
) -> None:
    """Move a seat to its end, with who decided, when and why."""
    seat.decided_at, seat.decided_by = at, by
    seat.decision_note, seat.conditions = note.strip()[:300], conditions.strip()[:300]
    also = ("decided_at", "decided_by", "decision_note", "conditions")
    move(seat, state, by=by, at=at, reason=note[:300], also=also)


def note_act(event: str, thing: GroupSeat | GroupVisit, by: StaffUser, at: datetime, **detail: object) -> None:
    """Write the audit event of an act on a seat or a group visit."""
    patient_id = thing.patient_id if isinstance(thing, GroupSeat) else None
    audit.record(event=event, by=by, at=at, site=thing.site, subject=thing, patient_id=patient_id, detail=detail)
