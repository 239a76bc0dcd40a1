"""Who could take a patient: room, the floor, and who had this patient before."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from infusions.models import Infusion, InfusionEvent
from infusions.states import OPEN_INFUSION
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission
from scheduling.queries.floor import nurses_on_floor
from scheduling.rules.capacity import PATIENTS_PER_NURSE

NURSES = [role for role, permissions in ROLES.items() if Permission.CHART in permissions]


@dataclass(frozen=True)
class NurseChoice:
    """One nurse who might take the patient. days: of this course, on which the nurse had this patient."""

    nurse: StaffUser
    patients: int
    on_floor: bool
    days: tuple[int, ...]

    @property
    def has_room(self) -> bool:
        return self.patients < PATIENTS_PER_NURSE

    @property
    def label(self) -> str:
        """ "Ines Varga: had this patient on day 2; 1 of 2 patients"."""
        said = []
        if self.days:
            days = " and ".join(str(day) for day in self.days)
            said.append(f"had this patient on day{'s' if len(self.days) > 1 else ''} {days}")
        said.append(f"{self.patients} of {PATIENTS_PER_NURSE} patients")
        if not self.on_floor:
            said.append("not on the floor")
        return f"{self.nurse.name}: {'; '.join(said)}"


def nurse_choices(infusions: Iterable[Infusion], *, site: Site, at: datetime) -> dict[int, list[NurseChoice]]:
    """By infusion, who might take it: those with room, on the floor, who know the patient, come first."""
    rows = list(infusions)
    people = list(StaffUser.objects.at(site, roles=NURSES).order_by("name", "pk"))
    floor = {shift.nurse_id for shift in nurses_on_floor(site, at)}
    held = Counter(open_today(site, at).values_list("nurse_id", flat=True))
    before: dict[tuple[int, int], set[int]] = defaultdict(set)
    known = Infusion.objects.filter(site=site, visit__sequence__in=[row.visit.sequence_id for row in rows])
    for sequence, nurse, day, pk in known.values_list("visit__sequence_id", "nurse_id", "visit__day_index", "pk"):
        if pk not in {row.pk for row in rows}:
            before[sequence, nurse].add(day)
    found = {}
    for row in rows:
        choices = [
            NurseChoice(
                nurse=person,
                patients=held[person.pk],
                on_floor=person.pk in floor,
                days=tuple(sorted(before[row.visit.sequence_id, person.pk])),
            )
            for person in people
            if person.pk != row.nurse_id
        ]
        found[row.pk] = sorted(choices, key=_rank)
    return found


def open_today(site: Site, at: datetime) -> QuerySet[Infusion]:
    return Infusion.objects.filter(site=site, date=site.today(at), state__in=OPEN_INFUSION)


def patients_of(nurse: StaffUser, at: datetime) -> list[Infusion]:
    """Today's open infusions of this nurse, by chair."""
    site = nurse.site
    assert site is not None
    rows = open_today(site, at).filter(nurse=nurse).select_related("visit", "patient", "site")
    return list(rows.order_by("chair"))


def covered_for(nurse: StaffUser, at: datetime) -> list[Infusion]:
    """Today's open infusions that this nurse gave away for a break and has not got back, by chair."""
    site = nurse.site
    assert site is not None
    rows = {row.pk: row for row in open_today(site, at).exclude(nurse=nurse).select_related("patient", "nurse")}
    newest: dict[int, InfusionEvent] = {}
    given = InfusionEvent.objects.filter(infusion__in=rows, kind=InfusionEvent.Kind.HANDED_OVER)
    for event in given.order_by("received_at", "pk"):
        newest[event.infusion_id] = event
    away = [pk for pk, event in newest.items() if event.detail.get("break") and event.detail["from"] == nurse.pk]
    return sorted((rows[pk] for pk in away), key=lambda row: row.chair)


def _rank(choice: NurseChoice) -> tuple[bool, bool, int, int, str]:
    return (not choice.has_room, not choice.on_floor, -len(choice.days), choice.patients, choice.nurse.name)
