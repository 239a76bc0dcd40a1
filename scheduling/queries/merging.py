"""Records that belong to one person, and what is open on a record."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from kitclinic.models import Site
from scheduling.models import Eligibility, GroupSeat, GroupWait, Patient, PatientMerge, Sequence
from scheduling.rules.merging import MergeRecord
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import SeatState

OPEN_SEAT = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.REVIEW)


def merge_record(patient: Patient) -> MergeRecord:
    """Return a record as the rules of merging read it."""
    mine = {"site": patient.site_id, "patient": patient.pk}
    open_things = (
        ("an open sequence", Sequence.objects.filter(**mine, state__in=OPEN_SEQUENCE)),
        ("an open seat in a group visit", GroupSeat.objects.filter(**mine, state__in=OPEN_SEAT)),
        ("a place on the waiting list", GroupWait.objects.filter(**mine, ended_at__isnull=True)),
    )
    folded = Patient.objects.filter(site=patient.site_id, merged_into=patient.pk).order_by("pk")
    return MergeRecord(
        key=patient.pk,
        record_number=patient.record_number,
        is_registry=patient.is_registry,
        leads_to=patient.merged_into.record_number if patient.merged_into else "",
        folded=tuple(folded.values_list("record_number", flat=True)),
        open_things=tuple(words for words, rows in open_things if rows.exists()),
    )


def assess_again(keys: Iterable[int], *, site: Site | int) -> set[int]:
    """Return which of these patients a merge asks to assess again (ENR-45), in one query."""
    folded = Eligibility.objects.filter(site=site, patient=OuterRef("folded"))
    since = Eligibility.objects.filter(site=site, patient=OuterRef("kept"), assessed_at__gte=OuterRef("merged_at"))
    merges = PatientMerge.objects.filter(site=site, kept__in=list(keys), undone_at__isnull=True)
    return set(merges.filter(Exists(folded), ~Exists(since)).values_list("kept", flat=True))
