"""Monitors and their readings: stored once as sent, proposed to a nurse, answered once. No set without a nurse."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock, note_act
from infusions.actions.vitals import record_vitals
from infusions.models import Infusion, Monitor, MonitorReading, ReadingAnswer, ReadingGiven, VitalSet
from infusions.queries.monitors import REFUSED, numbers_of, refusals_of, site_of_token
from infusions.rules import monitors as rules
from infusions.rules.monitors import Numbers, Seat, Sent
from infusions.rules.vitals import Vitals
from infusions.states import OPEN_INFUSION, Rhythm, Sedation, Sign
from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.site_rows import stand_for
from kitclinic.tokens import token_digest
from scheduling.models import Patient

logger = logging.getLogger("kitclinic.monitors")
PROBLEM_MOST = 200


@transaction.atomic
def add_monitor(*, site: Site, name: str, chair: int | None, by: StaffUser, at: datetime) -> tuple[Monitor, str]:
    """Let a monitor send. Its token is returned once; only the SHA-256 is stored.

    chair: where it stands; None for a gateway that says whose each reading is.
    """
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    in_use = Monitor.objects.filter(site=locked, ended_at__isnull=True).values_list("name", flat=True)
    names = frozenset(known.lower() for known in in_use)
    refuse_if(rules.monitor_problems(name, chair, names=names, chairs=locked.chairs))
    token = f"{locked.slug}.{secrets.token_urlsafe(32)}"
    monitor = Monitor.objects.create(
        site=locked, name=name.strip(), chair=chair, token_digest=token_digest(token), added_by=by, added_at=at
    )
    _record("monitor added", monitor, by=by, at=at, chair=chair)
    return monitor, token


@transaction.atomic
def end_monitor(*, monitor: Monitor, by: StaffUser, at: datetime) -> Monitor:
    """Close its token; what it sent stays. Ending it twice changes nothing."""
    row = _lock(monitor)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record("monitor ended", row, by=by, at=at)
    return row


@transaction.atomic
def note_refused_token(*, token: str, address: str, at: datetime) -> bool:
    """Write down a token that opens nothing, at the clinic it names; the token itself is not kept.

    Returns False when this address has to wait: then nothing more is written (MON-14).
    """
    site = site_of_token(token)
    if site is None:
        logger.warning("A device token that names no clinic was refused, from %s.", address)
        return True
    stand_for(site.pk)  # a monitor's request, which no person signed in for
    if refusals_of(site, address, at=at) >= rules.REFUSALS_A_MINUTE:
        return False
    ended = Monitor.objects.filter(site=site, token_digest=token_digest(token)).first()
    detail = {"address": address, "monitor": ended.pk if ended else None}
    audit.record(event=REFUSED, by=None, actor="monitor", at=at, site=site, subject=site, detail=detail)
    return True


@dataclass(frozen=True, slots=True)
class Received:
    """One reading as stored; is_new: not received before."""

    reading: MonitorReading
    is_new: bool


def receive_reading(*, monitor: Monitor, sent: Sent, at: datetime) -> Received:
    """Store one reading; see ``receive_readings``."""
    return receive_readings(monitor=monitor, sent=[sent], at=at)[0]


@transaction.atomic
def receive_readings(*, monitor: Monitor, sent: Sequence[Sent], at: datetime) -> list[Received]:
    """Store readings once, all or none, each for the chart it belongs to or for the review list.

    Raises Conflict where an identifier was received with other content (MON-08).
    """
    row = _lock(monitor)
    stored = MonitorReading.objects.filter(site_id=row.site_id, monitor=row)
    known = {old.identifier: old for old in stored.filter(identifier__in=[one.known_as for one in sent])}
    received: list[Received] = []
    problems: list[Blocker] = []
    for one in sent:
        old = known.get(one.known_as)
        if old is None:
            old = known[one.known_as] = _store(row, one, at=at)
            received.append(Received(old, is_new=True))
        elif old.content == one.content:
            received.append(Received(old, is_new=False))
        else:
            problems.append(_conflict(one))
    if problems:
        raise Conflict(problems)
    return received


def _conflict(sent: Sent) -> Blocker:
    where = f"{sent.where}: " if sent.where else ""
    sentence = (
        f"{where}The identifier {sent.known_as[:60]} was received before with other content. Nothing was changed; "
        "send a corrected reading under an identifier of its own."
    )
    return Blocker(rules.MON_08.id, sentence)


def _store(monitor: Monitor, sent: Sent, *, at: datetime) -> MonitorReading:
    patient, infusion = _whose(monitor, sent, at=at)
    seat = Seat(infusion.chair, infusion.arrived_at) if infusion else None
    found = rules.intake_problems(
        sent, monitor=monitor.name, chair=monitor.chair, is_known=patient is not None, seat=seat, at=at
    )
    numbers = Numbers() if rules.impossible(sent.numbers) else sent.numbers
    reading = MonitorReading.objects.create(
        site_id=monitor.site_id,
        monitor=monitor,
        infusion=None if found else infusion,
        identifier=sent.known_as,
        subject=sent.subject,
        problem=_fitting(found),
        measured_at=sent.measured_at,
        received_at=at,
        content=sent.content,
        **{sign: getattr(numbers, sign) for sign in rules.SIGNS},
    )
    audit.record(
        event="reading received",
        by=None,
        actor=f"monitor {monitor.name}",
        at=at,
        site=monitor.site,
        subject=reading,
        patient_id=reading.infusion.patient_id if reading.infusion else None,
        detail={"monitor": monitor.pk, "infusion": reading.infusion_id, "review": bool(found)},
    )
    return reading


def _whose(monitor: Monitor, sent: Sent, *, at: datetime) -> tuple[Patient | None, Infusion | None]:
    """The patient it names, and the open infusion of today: theirs, or where nobody is named the chair's."""
    open_today = Infusion.objects.filter(
        site_id=monitor.site_id, date=monitor.site.today(at), state__in=OPEN_INFUSION
    )
    if sent.subject:
        rows = Patient.objects.filter(site_id=monitor.site_id, record_number=sent.subject[:20])
        patient = rows.first() if len(sent.subject) <= 20 else None
        of = (patient.merged_into_id or patient.pk) if patient else 0
        return patient, open_today.filter(patient_id=of).first()
    if monitor.chair is None:
        return None, None
    return None, open_today.filter(chair=monitor.chair).first()


def _fitting(sentences: Sequence[str]) -> str:
    """The sentences as they fit into the column."""
    text = " ".join(sentences)
    return text if len(text) <= PROBLEM_MOST else text[: PROBLEM_MOST - 1] + "…"


@transaction.atomic
def accept_reading(
    *,
    reading: MonitorReading,
    rhythm: Rhythm | None,
    symptoms: tuple[str, ...],
    by: StaffUser,
    at: datetime,
    key: UUID,
    typed: Mapping[Sign, int] | None = None,
    unable: Mapping[Sign, str] | None = None,
    sedation: Sedation | None = None,
    pain: int | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> VitalSet:
    """Make a set of a reading: its numbers as sent, its own time, and what the nurse adds (MON-11).

    typed: signs the monitor did not send. Raises Conflict when the reading has been answered (MON-12).
    """
    infusion = lock(_chart_of(reading))
    answer = ReadingAnswer.objects.filter(reading=reading).select_related("vital_set", "by").first()
    if answer is not None and (answer.vital_set is None or answer.vital_set.key != key):
        raise Conflict([_answered(answer)])
    sent, added = numbers_of(reading), typed or {}
    sbp, dbp, hr, spo2 = (
        value if (value := getattr(sent, sign.value)) is not None else added.get(sign) for sign in rules.NUMBERS
    )
    row = record_vitals(
        infusion=infusion,
        reading=Vitals(sbp, dbp, hr, spo2, rhythm, rr=sent.rr, sedation=sedation, pain=pain),
        key=key,
        by=by,
        at=at,
        occurred_at=reading.measured_at,
        symptoms=symptoms,
        unable=unable,
        confirmed=confirmed,
    )
    if answer is None:
        ReadingAnswer.objects.create(site_id=reading.site_id, reading=reading, vital_set=row, by=by, at=at)
        note_act("reading taken", infusion, by=by, at=at, reading=reading.pk, set=row.pk)
    return row


@transaction.atomic
def put_away_reading(*, reading: MonitorReading, because: str, by: StaffUser, at: datetime) -> ReadingAnswer:
    """Answer a reading without a set, with a reason. Raises Conflict when it has been answered (MON-12)."""
    _lock(reading.monitor)
    given = ReadingGiven.objects.filter(reading=reading).select_related("infusion").first()
    home = given.infusion if given else reading.infusion
    if home is not None:
        lock(home)
    answer = ReadingAnswer.objects.filter(reading=reading).select_related("vital_set", "by").first()
    if answer is not None:
        raise Conflict([_answered(answer)])
    refuse_if(rules.put_away_problems(because))
    row = ReadingAnswer.objects.create(
        site_id=reading.site_id, reading=reading, because=because.strip(), by=by, at=at
    )
    audit.record(
        event="reading put away",
        by=by,
        at=at,
        site=reading.site,
        subject=reading,
        patient_id=home.patient_id if home else None,
        detail={"monitor": reading.monitor_id},
    )
    return row


@transaction.atomic
def give_reading(
    *,
    reading: MonitorReading,
    infusion: Infusion,
    by: StaffUser,
    at: datetime,
    confirmed: frozenset[str] = frozenset(),
) -> ReadingGiven:
    """Give a reading off the review list to a chart of today; there it waits for its answer (MON-13)."""
    _lock(reading.monitor)
    answer = ReadingAnswer.objects.filter(reading=reading).select_related("vital_set", "by").first()
    if answer is not None:
        raise Conflict([_answered(answer)])
    if reading.problem == "" or ReadingGiven.objects.filter(reading=reading).exists():
        sentence = "This reading is at a chart already. Nothing was changed; reload the list."
        raise Conflict([Blocker(rules.MON_13.id, sentence)])
    chart = lock(infusion)
    is_open = chart.state in OPEN_INFUSION and chart.date == chart.site.today(at)
    refuse_if(
        rules.give_problems(
            numbers_of(reading),
            measured_at=reading.measured_at,
            is_open=is_open,
            arrived_at=chart.arrived_at,
            at=at,
        ),
        confirmed=confirmed,
    )
    row = ReadingGiven.objects.create(site_id=reading.site_id, reading=reading, infusion=chart, by=by, at=at)
    note_act("reading given to chart", chart, by=by, at=at, reading=reading.pk)
    return row


def _chart_of(reading: MonitorReading) -> Infusion:
    """The chart a reading waits at. Raises Refused for one that waits on the review list."""
    given = ReadingGiven.objects.filter(reading=reading).select_related("infusion").first()
    infusion = given.infusion if given else reading.infusion
    if infusion is None:
        sentence = "This reading is on the review list. Give it to a chart first."
        raise Conflict([Blocker(rules.MON_13.id, sentence)])
    return infusion


def _answered(answer: ReadingAnswer) -> Blocker:
    did = "took this reading into a set" if answer.vital_set_id else "put this reading away"
    at = answer.site.clock(answer.at)
    sentence = f"{answer.by.name} {did} at {at}. Nothing was changed; reload the chart to see it."
    return Blocker(rules.MON_12.id, sentence)


def _lock(monitor: Monitor) -> Monitor:
    rows = Monitor.objects.select_for_update(of=("self",)).select_related("site")
    return rows.get(site_id=monitor.site_id, pk=monitor.pk)


def _record(event: str, monitor: Monitor, *, by: StaffUser, at: datetime, **detail: object) -> None:
    audit.record(event=event, by=by, at=at, site=monitor.site, subject=monitor, detail=detail)
