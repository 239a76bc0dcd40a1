"""Carrying out a plan that a scheduler accepts: whole, in one transaction, counted anew before it is written."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Refused
from kitclinic.states import move
from scheduling.actions.cover import settle_cover
from scheduling.actions.holds import release_hold
from scheduling.actions.proposals import lock_open, overtake, record
from scheduling.actions.sequences import follow_visits
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import NurseBreak, NurseShift, Proposal, ProviderPresence, Sequence, SuiteDay, Visit
from scheduling.queries.repairs import repair_facts, retime_facts
from scheduling.rules.capacity import DayPlan, clock, date_words
from scheduling.rules.proposals import needs_reason, outrun
from scheduling.rules.repair import RepairPlan, plan_errors
from scheduling.rules.retime import RetimePlan
from scheduling.rules.retime import plan_errors as retime_errors
from scheduling.rules.seating import Placing, seat_anew
from scheduling.states import MissedReason, ProposalKind, ProposalState, SequenceState, VisitState

ANOTHER = "another plan was accepted"


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan comes to, on the days as they are now. errors: what stands against it; plans: without the
    cancelled visits, with the overtime; placings: what gets another time."""

    errors: list[str]
    plans: dict[date, DayPlan]
    placings: list[Placing]


@transaction.atomic
def accept_proposal(*, proposal: Proposal, by: StaffUser, at: datetime) -> Proposal:
    """Carry a plan out, or put it aside: ``state`` of the row returned says which, ``figures["because"]`` why.

    Raises Conflict where somebody has decided about it already.
    """
    days = lock_days(site=proposal.site, dates=_dates(proposal))
    row = lock_open(proposal)
    change = _week_change(row, at) if row.kind == ProposalKind.RETIME else _day_change(row, days, at)
    if change.errors:
        return _put_aside(row, outrun(change.errors), by=by, at=at)
    try:
        with transaction.atomic():
            _carry_out(row, change, by=by, at=at)
    except Refused as refused:  # no chair, or a hold that has just ended
        return _put_aside(row, outrun([refused.problems[0].sentence.rstrip(".")]), by=by, at=at)
    touched = [day for day in days if day.date.isoformat() in row.versions]
    for day in touched:
        settle_cover(day, by=by, at=at)
    note_change(touched)
    row.decided_by, row.decided_at = by, at
    move(row, ProposalState.ACCEPTED, by=by, at=at, also=("decided_by", "decided_at"))
    overtake(row.site, [day.date for day in touched], kind=None, because=ANOTHER, by=by, at=at)
    detail = {"name": row.name, "moves": row.moves, "cancels": row.cancels, "figures": row.figures}
    record("proposal_accepted", row, detail, by=by, at=at)
    return row


def _put_aside(row: Proposal, because: str, *, by: StaffUser, at: datetime) -> Proposal:
    row.figures = row.figures | {"because": because}
    move(row, ProposalState.OVERTAKEN, by=by, at=at, reason=because[:200], also=("figures",))
    record("proposal_overtaken", row, {"name": row.name, "because": because}, by=by, at=at)
    return row


def _dates(proposal: Proposal) -> set[date]:
    """Every day to be locked: those that the plan was worked out on, and those of the holds that it ends."""
    held = Sequence.objects.filter(visits__in=_keys(proposal.cancels), state=SequenceState.HELD)
    reach = Visit.objects.filter(sequence__in=held.values("pk")).values_list("date", flat=True)
    return {date.fromisoformat(iso) for iso in proposal.versions} | set(reach)


def _keys(entries: Iterable[Mapping[str, int]]) -> list[int]:
    return [entry["visit"] for entry in entries]


def _day_change(row: Proposal, days: list[SuiteDay], at: datetime) -> Change:
    day = next(day for day in days if day.date == row.first_day)
    facts = repair_facts(day, at=at)
    problem = replace(facts.problem, overtime=row.figures["overtime"])
    starts: dict[int | str, int] = {entry["visit"]: entry["to_minute"] for entry in row.moves}
    breaks: dict[int | str, tuple[int, int]] = {
        entry["break"]: (entry["from_minute"], entry["to_minute"]) for entry in row.figures["breaks"]
    }
    plan = RepairPlan(starts, tuple(_keys(row.cancels)), (), breaks)
    kept = tuple(visit for visit in facts.plan.booked if visit.key not in plan.cancels)
    placings = [
        Placing({day.date: int(visit.key)}, starts[visit.key], visit.lengths, _chair(visit.chair))
        for visit in kept
        if visit.key is not None and visit.key in starts
    ]
    plans = {day.date: replace(facts.plan, booked=kept, close=facts.plan.close + problem.overtime)}
    return Change(_moved_meanwhile(row) or plan_errors(problem, plan), plans, placings)


def _week_change(row: Proposal, at: datetime) -> Change:
    facts = retime_facts(row.site, row.first_day, at=at)
    sequences = {key: sequence for sequence, by_day in facts.visits.items() for key in by_day.values()}
    moves = {entry["visit"]: entry["to_minute"] for entry in row.moves}
    if not set(moves) <= set(sequences):
        return Change(["a sequence in it is confirmed, moved, or begins too soon"], {}, [])
    starts: dict[int | str, int] = {sequences[key]: start for key, start in moves.items()}
    kept = {wanted.key: wanted.start or 0 for wanted in facts.problem.tentative}
    chairs = {visit.key: visit.chair for plan in facts.plans.values() for visit in plan.booked}
    placings = []
    for wanted in facts.problem.tentative:
        if wanted.key in starts:
            keys = facts.visits[int(wanted.key)]
            had = tuple(chair for key in keys.values() for chair in _chair(chairs[key]))
            placings.append(Placing(keys, starts[wanted.key], wanted.lengths, had))
    errors = _moved_meanwhile(row) or retime_errors(facts.problem, RetimePlan(kept | starts, {}))
    return Change(errors, facts.plans, placings)


def _chair(chair: int | None) -> tuple[int, ...]:
    return () if chair is None else (chair,)


def _moved_meanwhile(row: Proposal) -> list[str]:
    """Visits that are not where the plan found them."""
    was = {entry["visit"]: entry["from_minute"] for entry in (*row.moves, *row.cancels)}
    rows = Visit.objects.filter(pk__in=was, state=VisitState.BOOKED).values_list("pk", "start_minute")
    now = dict(rows)
    return [
        f"the visit booked at {clock(minute)} was moved or cancelled, or the patient has come"
        for key, minute in sorted(was.items(), key=lambda item: item[1])
        if now.get(key) != minute
    ]


def _carry_out(row: Proposal, change: Change, *, by: StaffUser, at: datetime) -> None:
    """Cancel first, then staff and times under one count at the end: in between, a minute may look too full."""
    _cancel(row, by=by, at=at)
    chairs = seat_anew(change.plans, change.placings)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _staff(row)
        _write_times(row, chairs, by=by, at=at)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _cancel(row: Proposal, *, by: StaffUser, at: datetime) -> None:
    """Release the days that found no place; a sequence that was only held is a request again."""
    held = Sequence.objects.filter(visits__in=_keys(row.cancels), state=SequenceState.HELD).order_by("pk")
    for sequence in held.select_related("site").distinct():
        release_hold(sequence=sequence, by=by, at=at)
    visits = _locked_visits(_keys(row.cancels))
    for visit in visits:
        visit.missed_reason, visit.missed_note = MissedReason.SCHEDULING, f"Repair of the day: {row.name}"
        move(
            visit,
            VisitState.CANCELLED,
            by=by,
            at=at,
            reason=MissedReason.SCHEDULING,
            also=("missed_reason", "missed_note"),
        )
        follow_visits(visit.sequence, by=by, at=at)
        _note("visit_cancelled", visit, {"reason": str(MissedReason.SCHEDULING)}, by=by, at=at)


def _staff(row: Proposal) -> None:
    """Move breaks; let the last shifts, the provider and the day end later."""
    breaks = {entry["break"]: entry for entry in row.figures.get("breaks", ())}
    pauses = list(NurseBreak.objects.select_for_update().filter(pk__in=breaks).order_by("pk"))
    for pause in pauses:
        pause.from_minute = breaks[pause.pk]["from_minute"]
        pause.to_minute = breaks[pause.pk]["to_minute"]
    if pauses:
        NurseBreak.objects.bulk_update(pauses, ["from_minute", "to_minute"])
    if overtime := row.figures.get("overtime", 0):
        day = SuiteDay.objects.get(site=row.site_id, date=row.first_day)
        longer = {"suite_day": day, "to_minute": day.closes_minute}
        NurseShift.objects.filter(**longer).update(to_minute=day.closes_minute + overtime)
        ProviderPresence.objects.filter(**longer).update(to_minute=day.closes_minute + overtime)
        SuiteDay.objects.filter(pk=day.pk).update(closes_minute=day.closes_minute + overtime)


def _write_times(row: Proposal, chairs: dict[int, int], *, by: StaffUser, at: datetime) -> None:
    """Give visits their new start and chair in one statement; re-timed sequences get their new clock time."""
    entries = {entry["visit"]: entry for entry in row.moves}
    visits = _locked_visits({*entries, *chairs})
    for visit in visits:
        visit.start_minute = entries[visit.pk]["to_minute"] if visit.pk in entries else visit.start_minute
        visit.chair = chairs.get(visit.pk, visit.chair)
    if visits:
        Visit.objects.bulk_update(visits, ["start_minute", "chair"])
    moved = [visit for visit in visits if visit.pk in entries]
    sequences = {visit.sequence_id: visit.sequence for visit in moved}
    for visit in moved:
        sequence = sequences[visit.sequence_id]
        if row.kind == ProposalKind.RETIME:
            sequence.start_minute = visit.start_minute
        elif needs_reason(visit.start_minute, sequence.start_minute or 0) and not sequence.soft_reason:
            sequence.soft_reason = f"Moved on {date_words(visit.date)}: the day had to be planned anew"
        detail = {"was": entries[visit.pk]["from_minute"], "now": visit.start_minute, "proposal": row.pk}
        _note("visit_moved", visit, detail, by=by, at=at)
    if sequences:
        Sequence.objects.bulk_update(list(sequences.values()), ["start_minute", "soft_reason"])


def _locked_visits(keys: Collection[int]) -> list[Visit]:
    """Lock sequences, then visits; one object a sequence, however many of its visits there are."""
    mine = Visit.objects.filter(pk__in=list(keys))
    locked = Sequence.objects.select_for_update(of=("self",)).filter(pk__in=mine.values("sequence"))
    sequences = {sequence.pk: sequence for sequence in locked.order_by("pk")}
    visits = list(
        mine.select_for_update(of=("self",)).select_related("site").order_by("date", "start_minute", "pk")
    )
    for visit in visits:
        visit.sequence = sequences[visit.sequence_id]
    return visits


def _note(event: str, visit: Visit, more: Mapping[str, int | str], *, by: StaffUser, at: datetime) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=visit.site,
        subject=visit,
        patient_id=visit.patient_id,
        detail={"date": visit.date.isoformat(), "day": visit.day_index, "chair": visit.chair, **more},
    )
