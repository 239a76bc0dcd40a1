"""Sets of vital signs and their flags: recorded once, corrected by a new row, answered once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock, lock_to_chart, note_act
from infusions.models import Flag, FlagAcknowledgement, FlagWithdrawal, Infusion, VitalSet
from infusions.queries.chairside import chairside_settings
from infusions.queries.course import Course, course_of, course_to_fill, reading_of
from infusions.rules import vitals as rules
from infusions.rules.running import charted_late, time_problems
from infusions.rules.vital_entry import entry_problems
from infusions.rules.vitals import Acknowledgement, Vitals
from infusions.states import Rhythm, Sign
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, NeedsConfirmation, Problem, refuse_if
from kitclinic.roles import Permission


@transaction.atomic
def record_vitals(
    *,
    infusion: Infusion,
    reading: Vitals,
    key: UUID,
    by: StaffUser,
    at: datetime,
    occurred_at: datetime,
    symptoms: tuple[str, ...] = (),
    unable: Mapping[Sign, str] | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> VitalSet:
    """Store one set as it was read, with the slot it fills and its flags, computed once.

    symptoms: VitalSet.Symptom values, empty for none. unable: why a sign could not be obtained.
    Raises Refused only for what cannot be true or was not confirmed, Conflict for a key that was
    used for another set.
    """
    infusion = lock_to_chart(infusion)
    known = _known(infusion, key, reading, symptoms, unable)
    if known is not None:
        return known
    course = course_to_fill(infusion)
    row = VitalSet(
        slot=course.slot_for(occurred_at, at=at),
        occurred_at=occurred_at,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
    )
    return _write(
        row, course, reading, key=key, by=by, at=at, symptoms=symptoms, unable=unable or {}, confirmed=confirmed
    )


@transaction.atomic
def correct_vitals(
    *,
    vital_set: VitalSet,
    reading: Vitals,
    reason: str,
    key: UUID,
    by: StaffUser,
    at: datetime,
    symptoms: tuple[str, ...] = (),
    unable: Mapping[Sign, str] | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> VitalSet:
    """Write the right numbers beside the wrong ones; the old set stays on the chart, struck through.

    The frozen baseline is corrected by a provider only; every later set is then compared again (VIT-19).
    """
    infusion = lock(vital_set.infusion)
    known = _known(infusion, key, reading, symptoms, unable)
    if known is not None:
        return known
    course = course_of(infusion)
    frozen = infusion.baseline_id == vital_set.pk
    refuse_if(_correction_problems(course, vital_set, reason, frozen=frozen, by=by))
    row = VitalSet(
        slot=vital_set.slot,
        occurred_at=vital_set.occurred_at,
        corrects=vital_set,
        correction_reason=reason.strip(),
    )
    row = _write(
        row, course, reading, key=key, by=by, at=at, symptoms=symptoms, unable=unable or {}, confirmed=confirmed
    )
    if frozen:
        infusion.baseline = row
        infusion.save(update_fields=["baseline"])
        _compare_again(course, row, by=by, at=at)
    return row


def _correction_problems(
    course: Course, vital_set: VitalSet, reason: str, *, frozen: bool, by: StaffUser
) -> list[Problem]:
    problems: list[Problem] = []
    if not reason.strip():
        problems.append(Blocker(rules.VIT_16.id, "Say why the set is corrected.", "reason"))
    if vital_set.pk in course.struck:
        problems.append(Blocker(rules.VIT_16.id, "This set was corrected already. Correct the newer one."))
    if frozen and not by.may(Permission.CLEAR_FOR_START):
        sentence = "The baseline is frozen since the start. Ask a provider to correct it here."
        problems.append(Blocker(rules.VIT_12.id, sentence))
    return problems


def _known(
    infusion: Infusion,
    key: UUID,
    reading: Vitals,
    symptoms: tuple[str, ...],
    unable: Mapping[Sign, str] | None,
) -> VitalSet | None:
    first = next(iter(VitalSet.objects.filter(site_id=infusion.site_id, key=key).order_by()), None)
    if first is None:
        return None
    same = reading_of(first) == reading and first.symptoms == sorted(symptoms)
    if same and first.infusion_id == infusion.pk and first.not_obtained_because == _reasons(unable or {}):
        return first
    sentence = "This set was saved before with other numbers. Nothing was changed; reload and enter a new set."
    raise Conflict([Blocker("STA-02", sentence)])


def _write(
    row: VitalSet,
    course: Course,
    reading: Vitals,
    *,
    key: UUID,
    by: StaffUser,
    at: datetime,
    symptoms: tuple[str, ...],
    unable: Mapping[Sign, str],
    confirmed: frozenset[str],
) -> VitalSet:
    infusion = course.infusion
    asked = [*time_problems(row.occurred_at, at=at), *entry_problems(reading, reasons=unable)]
    refuse_if(asked, confirmed=confirmed)
    row.site_id, row.infusion, row.key, row.by, row.received_at = infusion.site_id, infusion, key, by, at
    row.sbp, row.dbp, row.hr, row.spo2 = reading.sbp, reading.dbp, reading.hr, reading.spo2
    row.rhythm, row.symptoms = reading.rhythm or "", sorted(symptoms)
    row.rr, row.sedation, row.pain = reading.rr, reading.sedation or "", reading.pain
    row.not_obtained_because = _reasons(unable)
    row.confirmed_rules = " ".join(sorted({p.rule for p in asked if isinstance(p, NeedsConfirmation)}))
    row.save()
    flags = _flag(row, course, reading)
    note_act(
        "vitals corrected" if row.corrects_id else "vitals recorded",
        infusion,
        by=by,
        at=at,
        set=row.pk,
        slot=row.slot,
        flags=[flag.rule for flag in flags],
        late=charted_late(occurred_at=row.occurred_at, received_at=at),
    )
    return row


def _reasons(unable: Mapping[Sign, str]) -> str:
    """ "SBP: patient moving; HR: lead off", in the order of the signs."""
    said = {Sign(sign): why.strip() for sign, why in unable.items()}
    return "; ".join(f"{sign.label}: {said[sign]}" for sign in Sign if said.get(sign))


def _flag(row: VitalSet, course: Course, reading: Vitals) -> list[Flag]:
    """Write the flags of a set as its nurse is shown them; after the start compared with the frozen baseline."""
    frozen = course.baseline if course.infusion.baseline_id and row.slot != VitalSet.Slot.BASELINE else None
    changed = frozen is not None and reading.rhythm not in (None, reading_of(frozen).rhythm)
    found = rules.flags(
        reading,
        reading_of(frozen) if frozen else None,
        known_rhythms=known_rhythms(course.infusion) if changed else frozenset(),
        include_map=chairside_settings(course.infusion.site).map_flags,
        percent=course.order_set.change_percent,
    )
    return Flag.objects.bulk_create([_stored(flag, row) for flag in found]) if found else []


def _stored(flag: rules.Flag, row: VitalSet, against: VitalSet | None = None) -> Flag:
    return Flag(
        site_id=row.site_id,
        vital_set=row,
        rule=flag.rule,
        sign=flag.sign,
        direction=flag.direction,
        level=flag.level,
        baseline=flag.baseline,
        value=flag.value,
        change=flag.text,
        against=against,
    )


def _compare_again(course: Course, baseline: VitalSet, *, by: StaffUser, at: datetime) -> None:
    """Compare every later set with the corrected baseline; what no longer holds is withdrawn (VIT-19)."""
    infusion, known = course.infusion, known_rhythms(course.infusion)
    with_map = chairside_settings(infusion.site).map_flags
    withdrawn: list[Flag] = []
    made: list[Flag] = []
    for row in course.current:
        if row.slot == VitalSet.Slot.BASELINE:
            continue
        standing = course.flags_of(row)
        found = rules.flags(
            reading_of(row),
            reading_of(baseline),
            known_rhythms=known,
            include_map=with_map or any(flag.sign == Sign.MAP for flag in standing),
            percent=course.order_set.change_percent,
        )
        gone, new = rules.compared_again([course.rule_flag(flag) for flag in standing], found)
        withdrawn += [standing[place] for place in gone]
        made += [_stored(flag, row, against=baseline) for flag in new]
    FlagWithdrawal.objects.bulk_create(
        FlagWithdrawal(site_id=infusion.site_id, flag=flag, baseline=baseline, by=by, at=at) for flag in withdrawn
    )
    Flag.objects.bulk_create(made)
    detail = {"baseline": baseline.pk, "withdrawn": [flag.pk for flag in withdrawn], "new": [f.pk for f in made]}
    note_act("flags compared again", infusion, by=by, at=at, **detail)


def known_rhythms(infusion: Infusion) -> frozenset[Rhythm]:
    """Rhythms of this patient's earlier baselines."""
    rows = Infusion.objects.filter(
        site_id=infusion.site_id, patient_id=infusion.patient_id, baseline__isnull=False
    )
    return frozenset(
        Rhythm(word) for word in rows.exclude(pk=infusion.pk).values_list("baseline__rhythm", flat=True) if word
    )


@transaction.atomic
def acknowledge_flag(
    *,
    flag: Flag,
    symptomatic: bool | None,
    action: str,
    provider_notified: str = "",
    provider_told_at: datetime | None = None,
    provider_reply: str = "",
    by: StaffUser,
    at: datetime,
) -> FlagAcknowledgement:
    """Answer a flag: symptoms yes or no, what was done, which provider was told, when, and the reply.

    provider_told_at: None is now, where a provider is named.
    """
    infusion = lock(flag.vital_set.infusion)
    course = course_of(infusion)
    if not any(waiting.pk == flag.pk for waiting in course.open_flags):
        sentence = (
            "This flag was answered or withdrawn already, or its set was corrected. Reload the chart to see it."
        )
        raise Conflict([Blocker(rules.VIT_13.id, sentence)])
    told_at = (provider_told_at or at) if provider_notified.strip() else None
    answer = Acknowledgement(symptomatic, action, provider_notified, told_at, provider_reply)
    before = course.flagged_before(flag)
    refuse_if(
        rules.acknowledge_problems(course.rule_flag(flag), answer, flagged_before=before)
        + rules.told_problems(told_at, read_at=flag.vital_set.occurred_at, at=at)
    )
    acknowledgement = FlagAcknowledgement.objects.create(
        site_id=flag.site_id,
        flag=flag,
        symptomatic=bool(symptomatic),
        action=action.strip(),
        provider_notified=provider_notified.strip(),
        provider_told_at=told_at,
        provider_reply=provider_reply.strip(),
        by=by,
        at=at,
    )
    note_act("flag acknowledged", infusion, by=by, at=at, flag=flag.pk, rule=flag.rule, symptomatic=symptomatic)
    return acknowledgement
