"""The wish of a request, as the rules read it, and the request of a patient."""

from scheduling.models import Patient, Sequence
from scheduling.rules.visits import ASKING
from scheduling.rules.wishes import Wish


def wish_of(sequence: Sequence) -> Wish:
    """Return the wish that a sequence keeps."""
    return Wish(
        sequence.wish_from_day,
        sequence.wish_minute,
        sequence.wish_from_minute,
        sequence.wish_to_minute,
        tuple(sequence.wish_avoids),
        sequence.wish_note,
    )


def request_of(patient: Patient) -> Sequence | None:
    """Return the patient's request or hold, None without one."""
    rows = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=ASKING)
    return rows.select_related("protocol").first()
