"""On the day of the group visit: check in, weigh, measure, screen, teach, note, rebook. One act a call.

Two tablets may work on one roster. Each act locks its seat and writes its own fields only; where
somebody else has filled the same field since the writer looked (``seen``), it is refused with the
present value in words (ENR-77).
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser, Transition
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.states import move
from scheduling.actions.groups import book_seat
from scheduling.actions.patients import record_weight
from scheduling.actions.seats import locked_seat, note_act, present_seat
from scheduling.actions.waiting import wait_for_seat
from scheduling.models import Biometrics, GroupSeat, GroupVisit, HealthScreen, Patient, TeamNote, Weight
from scheduling.queries.records import measured_by_seat
from scheduling.rules.appointment import (
    MEASURES,
    UNITS,
    measure_problems,
    note_problems,
    overtaken,
    person_problems,
    rebook_problems,
    screen_problems,
)
from scheduling.rules.groups import check_in_problems
from scheduling.states import EnrolmentState, HealthQuestion, SeatState

SUPPORT_WORDS = {
    "support_person": "Support person",
    "support_relationship": "Relationship",
    "support_phone": "Phone of the support person",
    "support_drives": "Drives on infusion days",
    "questions": "Questions",
}


@transaction.atomic
def check_in_seat(
    *,
    seat: GroupSeat,
    support_attended: bool,
    by: StaffUser,
    at: datetime,
    support: Mapping[str, Any] | None = None,
    seen: Mapping[str, Any] | None = None,
    first: bool = False,
) -> GroupSeat:
    """Record that the patient came, with or without the support person; said again, it changes only that.

    support: new values of the support person's fields; seen: what the writer saw in them.
    first: whether the writer saw a patient who was not checked in yet (ENR-77).
    """
    locked, _ = locked_seat(seat, by)
    refuse_if(check_in_problems(locked.group.date, locked.site.today(at)))
    again = locked.state == SeatState.ATTENDED
    if first and again and locked.support_attended != support_attended:
        _refuse_overtaken("Check-in", locked, "attendance")
    changed = _fill(locked, support or {}, seen)
    if again and locked.support_attended == support_attended and not changed:
        return locked
    locked.support_attended = support_attended
    if again or (locked.state == SeatState.REVIEW):
        locked.save(update_fields=["support_attended", *changed])
    else:
        move(locked, SeatState.ATTENDED, by=by, at=at, also=("support_attended", *changed))
    note_act("seat checked in", locked, by, at, support=support_attended, changed=sorted(changed))
    return locked


@transaction.atomic
def name_support(
    *,
    seat: GroupSeat,
    support: Mapping[str, Any],
    by: StaffUser,
    at: datetime,
    seen: Mapping[str, Any] | None = None,
) -> GroupSeat:
    """Change who comes along: name, relationship, phone, whether they drive. Only the given fields."""
    locked, _ = locked_seat(seat, by)
    if "support_person" in support and not str(support["support_person"]).strip():
        raise Refused([Blocker("ENR-22", "Name the support person who comes along.", "support_person")])
    changed = _fill(locked, support, seen)
    if changed:
        locked.save(update_fields=list(changed))
        note_act("support person changed", locked, by, at, changed=sorted(changed))
    return locked


@transaction.atomic
def note_questions(
    *, seat: GroupSeat, questions: str, by: StaffUser, at: datetime, seen: str | None = None
) -> GroupSeat:
    """Keep what the patient asked, for the team. seen: the questions the writer saw."""
    locked, _ = present_seat(seat, by, "questions")
    changed = _fill(locked, {"questions": questions}, None if seen is None else {"questions": seen})
    if changed:
        locked.save(update_fields=["questions"])
        note_act("questions noted", locked, by, at)
    return locked


@transaction.atomic
def mark_seat_absent(*, seat: GroupSeat, by: StaffUser, at: datetime, reason: str = "") -> GroupSeat:
    """Record that the patient did not come; a new seat can be booked."""
    locked, patient = locked_seat(seat, by)
    refuse_if(check_in_problems(locked.group.date, locked.site.today(at)))
    move(locked, SeatState.ABSENT, by=by, at=at, reason=reason)
    move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason="absent from the group visit")
    note_act("seat marked absent", locked, by, at)
    return locked


@transaction.atomic
def rebook_seat(*, seat: GroupSeat, group: GroupVisit, by: StaffUser, at: datetime) -> GroupSeat:
    """Give an absent patient a seat in another group visit, with the same support person.

    A seat that is still booked on a day that has come is marked absent first, in the same act.
    """
    GroupVisit.objects.select_for_update().get(site=by.site_id, pk=group.pk)  # before seat and patient
    locked, patient = locked_seat(seat, by)
    if locked.state == SeatState.BOOKED:
        mark_seat_absent(seat=locked, by=by, at=at, reason="absent, rebooked")
        locked.refresh_from_db()
    refuse_if(rebook_problems(locked.state))
    new = book_seat(
        group=group,
        patient=patient,
        support_person=locked.support_person,
        support_relationship=locked.support_relationship,
        by=by,
        at=at,
    )
    new.support_phone, new.support_drives = locked.support_phone, locked.support_drives
    new.save(update_fields=["support_phone", "support_drives"])
    note_act("seat rebooked", new, by, at, instead_of=locked.pk)
    return new


@transaction.atomic
def wait_instead(*, seat: GroupSeat, by: StaffUser, at: datetime) -> GroupSeat:
    """Put an absent patient on the waiting list; a seat still booked is marked absent in the same act."""
    locked, patient = locked_seat(seat, by)
    if locked.state == SeatState.BOOKED:
        mark_seat_absent(seat=locked, by=by, at=at, reason="absent, waits for a seat")
        locked.refresh_from_db()
    refuse_if(rebook_problems(locked.state))
    wait_for_seat(patient=patient, by=by, at=at, note=f"with {locked.support_person}"[:200])
    return locked


@transaction.atomic
def weigh_seat(
    *,
    seat: GroupSeat,
    weight_kg: Decimal,
    by: StaffUser,
    at: datetime,
    again_kg: Decimal | None = None,
    reason: str = "",
    corrects: Weight | None = None,
) -> Weight:
    """Record the weight measured at the group visit and keep it with the seat.

    corrects: the weight of this seat that was wrong; without it a second weight is refused (ENR-77).
    """
    locked, patient = present_seat(seat, by, "weight_kg")
    present = locked.weight
    if present is not None and present != corrects:
        if present.weight_kg == weight_kg:
            return present
        when = f"{locked.site.local(present.measured_at):%H:%M}"
        raise overtaken("Weight", f"{present.weight_kg} kg", present.measured_by.short_name, when)
    weight = record_weight(
        patient=patient, weight_kg=weight_kg, by=by, at=at, again_kg=again_kg, reason=reason, corrects=corrects
    )
    locked.weight = weight
    locked.save(update_fields=["weight"])
    return weight


@transaction.atomic
def measure_seat(
    *,
    seat: GroupSeat,
    by: StaffUser,
    at: datetime,
    height_cm: int | None = None,
    sbp: int | None = None,
    dbp: int | None = None,
    hr: int | None = None,
    spo2: int | None = None,
    ecg_note: str = "",
    confirmed: frozenset[str] = frozenset(),
    seen: int | None = None,
) -> Biometrics:
    """Record what was measured; what is None or "" was not measured now and stays as it was.

    confirmed: rule ids answered with a tick. seen: key of the last measurement the writer saw, 0 for
    none; a field filled since then with another value is refused (ENR-77), None asks for no such check.
    """
    locked, patient = present_seat(seat, by)
    given: dict[str, int | None] = {"height_cm": height_cm, "sbp": sbp, "dbp": dbp, "hr": hr, "spo2": spo2}
    if not ecg_note.strip() and all(value is None for value in given.values()):
        raise Refused([Blocker("ENR-75", "Type at least one measurement.", "sbp")])
    refuse_if(measure_problems(given), confirmed=confirmed)
    if seen is not None:
        _refuse_measured_since(locked, given, ecg_note, seen)
    row = Biometrics.objects.create(
        site=locked.site,
        patient=patient,
        seat=locked,
        ecg_note=ecg_note.strip(),
        measured_at=at,
        measured_by=by,
        **given,
    )
    if height_cm is not None and patient.height_cm != height_cm:
        patient.height_cm = height_cm
        patient.save(update_fields=["height_cm"])
    note_act("biometrics recorded", locked, by, at, confirmed=sorted(confirmed))
    return row


@transaction.atomic
def screen_health(
    *,
    patient: Patient,
    answers: Mapping[str, bool],
    note: str,
    by: StaffUser,
    at: datetime,
    seat: GroupSeat | None = None,
    seen: int | None = None,
) -> HealthScreen:
    """Store one whole health screen; the latest counts. seat: None by phone or for a later course.

    seen: key of the last screen the writer saw, 0 for none; a newer one is refused (ENR-77).
    """
    if seat is not None:
        mine, locked = present_seat(seat, by)
        refuse_if([] if mine.patient_id == patient.pk else [Blocker("ENR-71", "This seat is another patient's.")])
    else:
        locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    refuse_if([*person_problems(locked.state), *screen_problems(answers)])
    last = HealthScreen.objects.filter(site=by.site_id, patient=locked).order_by("-pk").first()
    if seen is not None and last is not None and last.pk > seen and last.answers != dict(answers):
        yes = sum(last.answers.values())
        when = f"{locked.site.local(last.asked_at):%H:%M}"
        raise overtaken("Health screen", f"{yes} times yes", last.asked_by.short_name, when)
    row = HealthScreen.objects.create(
        site=locked.site,
        patient=locked,
        seat=seat,
        answers={str(question): answers[question] for question in HealthQuestion},
        note=note.strip()[:500],
        asked_at=at,
        asked_by=by,
    )
    detail = {"yes": sum(row.answers.values())}
    audit.record(
        event="health screened", by=by, at=at, site=locked.site, subject=row, patient_id=locked.pk, detail=detail
    )
    return row


@transaction.atomic
def write_team_note(
    *,
    patient: Patient,
    note: str,
    goals: str,
    by: StaffUser,
    at: datetime,
    seat: GroupSeat | None = None,
    seen: int | None = None,
) -> TeamNote:
    """Keep the psychologist's note and goals, one goal a line; earlier versions stay readable.

    seen: key of the last note the writer saw, 0 for none; a newer one is refused (ENR-77).
    """
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    refuse_if([*person_problems(locked.state), *note_problems(by.role, note=note, goals=goals)])
    last = TeamNote.objects.filter(site=by.site_id, patient=locked).order_by("-pk").first()
    if seen is not None and last is not None and last.pk > seen:
        when = f"{locked.site.local(last.written_at):%H:%M}"
        raise overtaken("Note", "another version", last.written_by.short_name, when)
    row = TeamNote.objects.create(
        site=locked.site,
        patient=locked,
        seat=seat,
        note=note.strip()[:4000],
        goals="\n".join(filter(None, (line.strip() for line in goals.splitlines())))[:2000],
        written_at=at,
        written_by=by,
    )
    audit.record(event="team note written", by=by, at=at, site=locked.site, subject=row, patient_id=locked.pk)
    return row


def _fill(seat: GroupSeat, values: Mapping[str, Any], seen: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Set the given fields of a locked seat and return which changed. Raises Conflict for one not seen."""
    changed: list[str] = []
    for name, value in values.items():
        value = value.strip() if isinstance(value, str) else value
        present = getattr(seat, name)
        if present == value:
            continue
        if seen is not None and name in seen and seen[name] != present:
            _refuse_overtaken(SUPPORT_WORDS[name], seat, name)
        setattr(seat, name, value)
        changed.append(name)
    return tuple(changed)


def _refuse_overtaken(what: str, seat: GroupSeat, name: str) -> None:
    """Raise the refusal that names the present value of a field of the seat."""
    if name == "attendance":
        present = "came with support person" if seat.support_attended else "came alone"
    elif name == "support_drives":
        present = {True: "yes", False: "no", None: "nothing"}[seat.support_drives]
    else:
        present = f"“{getattr(seat, name)}”"
    last = Transition.objects.filter(site=seat.site_id, subject=seat._meta.db_table, subject_id=seat.pk)
    row = last.select_related("by").order_by("-pk").first() if name == "attendance" else None
    who = row.by.short_name if row and row.by else "Somebody else"
    when = f"{seat.site.local(row.at):%H:%M}" if row else "the same time"
    raise overtaken(what, present, who, when)


def _refuse_measured_since(seat: GroupSeat, given: Mapping[str, int | None], ecg_note: str, seen: int) -> None:
    """Raise the refusal of a measurement that would hide a newer one its writer has not seen."""
    now = measured_by_seat([seat.pk], site_id=seat.site_id).get(seat.pk)
    if now is None or now.last_key <= seen:
        return
    for name, value in given.items():
        reading = now.readings.get(name)
        if value is None or reading is None or reading.key <= seen or reading.value == value:
            continue
        when = f"{seat.site.local(reading.at):%H:%M}"
        raise overtaken(MEASURES[name], f"{reading.value}{UNITS[name]}", reading.by, when)
    if ecg_note.strip() and now.ecg_key > seen and now.ecg_note != ecg_note.strip():
        raise overtaken("ECG note", f"“{now.ecg_note}”", "Somebody else", "the same time")
