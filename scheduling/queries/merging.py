"""Records that belong to one person: what is open on a record, and two of them side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from kitclinic.models import Site
from scheduling.models import Eligibility, GroupSeat, GroupWait, Patient, PatientMerge, Sequence
from scheduling.queries.patients import person_of
from scheduling.rules.identity import possible_duplicates
from scheduling.rules.merging import MergeRecord, merge_problems
from scheduling.rules.visits import ASKING, OPEN_SEQUENCE
from scheduling.states import SeatState

OPEN_SEAT = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.REVIEW)


def merge_record(patient: Patient) -> MergeRecord:
    """Return a record as the rules of merging read it."""
    mine = {"site": patient.site_id, "patient": patient.pk}
    open_things = (
        ("an open sequence", Sequence.objects.filter(**mine, state__in=OPEN_SEQUENCE)),
        ("a request for infusions", Sequence.objects.filter(**mine, state__in=ASKING)),
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
    since = Eligibility.objects.filter(site=site, patient=OuterRef("kept"), assessed_at__gt=OuterRef("merged_at"))
    merges = PatientMerge.objects.filter(site=site, kept__in=list(keys), undone_at__isnull=True)
    return set(merges.filter(Exists(folded), ~Exists(since)).values_list("kept", flat=True))


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of two records side by side. mine, other: in words; differs: they do not say the same."""

    label: str
    mine: str
    other: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records before a merge. alike: why they may be one person, in words; empty when nothing says so.

    against_other: what stands against merging ``other`` into ``mine``; against_mine: the other way round.
    """

    mine: Patient
    other: Patient
    lines: tuple[Compared, ...]
    alike: tuple[str, ...]
    against_other: tuple[str, ...]
    against_mine: tuple[str, ...]


def compare(mine: Patient, other: Patient) -> Comparison:
    """Return two records of one site side by side."""
    lines = []
    for (label, left), (_, right) in zip(_facts(mine), _facts(other), strict=True):
        lines.append(Compared(label, left or "not given", right or "not given", left != right))
    first, second = merge_record(mine), merge_record(other)
    return Comparison(
        mine=mine,
        other=other,
        lines=tuple(lines),
        alike=_alike(mine, other),
        against_other=tuple(problem.sentence for problem in merge_problems(first, second, reason="yes")),
        against_mine=tuple(problem.sentence for problem in merge_problems(second, first, reason="yes")),
    )


def merges_of(patient: Patient) -> QuerySet[PatientMerge]:
    """Return the merges that stand and concern this record, the newest first."""
    rows = PatientMerge.objects.filter(site=patient.site_id, undone_at__isnull=True)
    mine = rows.filter(kept=patient.pk) | rows.filter(folded=patient.pk)
    return mine.select_related("kept", "folded", "merged_by").order_by("-merged_at", "-pk")


def _alike(mine: Patient, other: Patient) -> tuple[str, ...]:
    if mine.birth_date is None or other.birth_date is None:
        return ()
    found = possible_duplicates(person_of(mine), [person_of(other)])
    return found[0].reasons if found else ()


def _facts(patient: Patient) -> list[tuple[str, str]]:
    keys = {"site": patient.site_id, "patient": patient.pk}
    return [
        ("Name", patient.list_name),
        ("Called", patient.preferred_name),
        ("Born", _day(patient.birth_date)),
        ("Sex", patient.get_sex_display()),
        ("Gender", patient.get_gender_display()),
        ("Phone", patient.phone),
        ("E-mail", patient.email),
        ("Address", ", ".join(patient.address_lines)),
        ("Language", patient.language + (", interpreter" if patient.needs_interpreter else "")),
        ("State", patient.get_state_display()),
        ("Registered", _day(patient.site.today(patient.created_at))),
        ("Assessments", str(Eligibility.objects.filter(**keys).count())),
        ("Group visits", str(GroupSeat.objects.filter(**keys).exclude(state=SeatState.CANCELLED).count())),
        (
            "Sequences",
            str(_courses(**keys).count()),
        ),
    ]


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def _courses(**keys: int) -> QuerySet[Sequence]:
    """Every sequence that was booked; a request is none yet."""
    return Sequence.objects.filter(**keys, first_day__isnull=False).exclude(state__in=ASKING)
