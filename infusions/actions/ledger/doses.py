"""Doses: drawn from vials for one infusion, given, wasted before a witness, or returned whole."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from infusions.actions.charting import lock
from infusions.actions.ledger.posting import (
    known_movement,
    lock_vaults,
    may_handle,
    next_key,
    post,
    post_discrepancy,
    same_or_conflict,
    vial_now,
)
from infusions.models import Infusion, Movement, Vial
from infusions.queries.ledger import Hand, VialLine, hand_of, vial_lines
from infusions.queries.orders import first_infusions, last_day
from infusions.queries.readiness import order_of
from infusions.rules.ledger import (
    Available,
    DrawFacts,
    WasteFacts,
    administered_problems,
    amount_problems,
    draw_problems,
    in_turn,
    mg_of,
    return_problems,
    waste_problems,
)
from infusions.rules.ledger_text import WasteText, waste_text
from infusions.rules.orders import is_expired
from infusions.rules.running import time_problems
from infusions.states import InfusionState, MovementKind, OrderState
from kitclinic import signing
from kitclinic.display import show
from kitclinic.models import Signature, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.signing import Proof

Parts = Sequence[tuple[Vial, Decimal]]


@transaction.atomic
def withdraw(
    *,
    infusion: Infusion,
    parts: Parts,
    by: StaffUser,
    at: datetime,
    key: UUID,
    occurred_at: datetime | None = None,
) -> list[Movement]:
    """Draw the dose of an infusion that has not started. parts: (vial, mL out of it).

    Raises Refused for everything that stands in the way, Conflict for a key used otherwise.
    """
    infusion = lock(infusion)
    rows = [(vial_now(vial), ml) for vial, ml in parts]
    lock_vaults(infusion.site_id, [vial.vault_id for vial, _ in rows])
    known = _known_draws(infusion, rows, key)
    if known:
        return known
    refuse_if([*time_problems(occurred_at or at, at=at), *draw_problems(_draw_facts(infusion, rows, by, at))])
    return [
        post(
            key=key if nth == 0 else next_key(key, nth),
            kind=MovementKind.WITHDRAWN,
            vial=vial,
            mg=mg_of(ml, vial.product.strength_mg_per_ml),
            infusion=infusion,
            by=by,
            at=at,
            occurred_at=occurred_at,
        )
        for nth, (vial, ml) in enumerate(rows)
    ]


def _known_draws(infusion: Infusion, rows: Parts, key: UUID) -> list[Movement]:
    """The draws already saved under this key; [] when it is new."""
    first = known_movement(infusion.site_id, key, kind=MovementKind.WITHDRAWN, infusion_id=infusion.pk)
    if first is None:
        return []
    drawn = Movement.objects.filter(site=infusion.site_id, infusion=infusion, kind=MovementKind.WITHDRAWN)
    saved = {row.key: row for row in drawn}
    keys = [key, *(next_key(key, nth) for nth in range(1, len(saved)))]
    before = [saved[one] for one in keys if one in saved]
    same_or_conflict([(row.vial_id, row.ml) for row in before] == [(vial.pk, ml) for vial, ml in rows], first)
    return before


def _draw_facts(infusion: Infusion, rows: Parts, by: StaffUser, at: datetime) -> DrawFacts:
    site, order = infusion.site, order_of(infusion.visit)
    first = first_infusions([infusion.visit.sequence_id], site).get(infusion.visit.sequence_id)
    last = last_day(order, first_infusion_on=first) if order else None
    lines = {line.vial.pk: line for line in vial_lines(site, only=[vial.pk for vial, _ in rows])}
    return DrawFacts(
        may=may_handle(by, site.pk),
        state=InfusionState(infusion.state),
        order_state=OrderState(order.state) if order else None,
        order_for_patient=bool(order and order.weight.patient_id == infusion.patient_id),
        order_past=bool(last and is_expired(last_day=last, today=site.today(at))),
        strength_mg_per_ml=order.strength_mg_per_ml if order else 0,
        draw_ml=order.draw_ml if order else Decimal(0),
        left_mg=hand_of(infusion).left_mg,
        today=site.today(at),
        parts=tuple((_available(lines[vial.pk], infusion), ml) for vial, ml in rows),
    )


def _available(line: VialLine, infusion: Infusion) -> Available:
    drawn = Movement.objects.filter(site=infusion.site_id, vial=line.vial, kind=MovementKind.WITHDRAWN)
    return Available(
        vial=line.vial.pk,
        number=line.vial.number,
        strength_mg_per_ml=line.product.strength_mg_per_ml,
        expires_on=line.expires_on,
        holds_mg=line.mg,
        multi_dose=line.product.is_multi_dose,
        opened_for_others=line.opened and drawn.exclude(infusion=infusion).exists(),
        vault_in_use=line.vault.in_use,
    )


@transaction.atomic
def administer(*, infusion: Infusion, mg: Decimal, by: StaffUser, at: datetime) -> list[Movement]:
    """Post what the pump delivered, out of the doses in hand in the order in which they were drawn.

    Nothing is posted of an infusion that has no draws (it began before there was a ledger).
    Raises Refused when less is in hand.
    """
    infusion = lock(infusion)
    hand = _hand_locked(infusion)
    if not hand.draws or mg == 0:
        return []
    refuse_if(amount_problems(mg, "delivered_mg"))
    refuse_if(administered_problems(mg=mg, left_mg=hand.left_mg))
    return _administer(infusion, hand, mg, by, at)


@transaction.atomic
def settle_delivered(*, infusion: Infusion, mg: Decimal, by: StaffUser, at: datetime) -> None:
    """Make the ledger say that ``mg`` was given in all, after a stop was explained or explained anew.

    More than before is administered; less becomes an open discrepancy, for the rest must be somewhere.
    """
    infusion = lock(infusion)
    hand = _hand_locked(infusion)
    given = [(nth, _given(draw.movement)) for nth, draw in enumerate(hand.draws)]
    more = mg - sum((part for _, part in given), Decimal(0))
    if not hand.draws or more == 0:
        return
    if more > 0:
        refuse_if(administered_problems(mg=more, left_mg=hand.left_mg))
        _administer(infusion, hand, more, by, at)
        return
    for nth, part in in_turn(given, -more):
        draw = hand.draws[nth].movement
        post_discrepancy(
            key=_correction_keys(draw)[-1],
            vial=draw.vial,
            infusion=infusion,
            draw=draw,
            mg=part,
            reason=f"The delivered amount was corrected to {show(mg, 'mg')} after the ledger had more.",
            by=by,
            at=at,
        )


def _correction_keys(draw: Movement) -> list[UUID]:
    """The keys under which corrections of what was given out of this draw were posted, and the next one."""
    return [next_key(draw.key, f"corrected {nth}") for nth in range(draw.moved.count() + 1)]


def _given(draw: Movement) -> Decimal:
    """mg of this draw that the ledger says went into the patient, corrections taken off."""
    corrections = _correction_keys(draw)
    rows = draw.moved.filter(Q(kind=MovementKind.ADMINISTERED) | Q(key__in=corrections))
    return sum((row.mg if row.kind == MovementKind.ADMINISTERED else -row.mg for row in rows), Decimal(0))


def _administer(infusion: Infusion, hand: Hand, mg: Decimal, by: StaffUser, at: datetime) -> list[Movement]:
    turn = in_turn([(nth, draw.left_mg) for nth, draw in enumerate(hand.draws)], mg)
    draws = [(hand.draws[nth].movement, part) for nth, part in turn]
    return [
        post(
            key=next_key(draw.key, f"administered {draw.moved.count()}"),
            kind=MovementKind.ADMINISTERED,
            vial=vial_now(draw.vial),
            infusion=infusion,
            draw=draw,
            mg=part,
            by=by,
            at=at,
            occurred_at=infusion.ended_at,
        )
        for draw, part in draws
    ]


def _hand_locked(infusion: Infusion) -> Hand:
    """What is in hand of a locked infusion, with its vaults locked: it stays so until the end."""
    vaults = Movement.objects.filter(site=infusion.site_id, infusion=infusion).values_list("vault_id", flat=True)
    lock_vaults(infusion.site_id, vaults)
    return hand_of(infusion)


@transaction.atomic
def waste(
    *,
    by: StaffUser,
    at: datetime,
    key: UUID,
    ml: Decimal,
    witness: StaffUser,
    proof: Proof,
    draw: Movement | None = None,
    vial: Vial | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
) -> Movement:
    """Throw away ``ml`` of a drawn dose, or of a vial, before a witness who has just proved who they are.

    proof: of the witness (``kitclinic.signing.witness``), who signs the text of the waste.
    Raises Refused, or Conflict for a key used otherwise; then nothing is written.
    """
    dose, vial_row, infusion = subject_of(draw=draw, vial=vial)
    mg, reason, happened = mg_of(ml, vial_row.product.strength_mg_per_ml), reason.strip(), occurred_at or at
    said = {"kind": MovementKind.WASTED, "vial_id": vial_row.pk, "draw_id": draw.pk if draw else None}
    known = known_movement(vial_row.site_id, key, mg=mg, witness_id=witness.pk, reason=reason, **said)
    if known is not None:
        return known
    facts = WasteFacts(
        may=may_handle(by, vial_row.site_id),
        mg=mg,
        left_mg=left_of(vial_row, dose, infusion),
        reason=reason,
        witness_is_other=witness.pk != by.pk,
        witness_may=may_handle(witness, vial_row.site_id),
        state=InfusionState(infusion.state) if infusion else None,
        delivered_known=infusion is None or infusion.delivered_mg is not None,
    )
    refuse_if([*time_problems(happened, at=at), *waste_problems(facts)])
    text = waste_text(_waste_text(vial_row, infusion, by, witness, happened, mg=mg, ml=ml, reason=reason))
    signature = signing.sign(
        text=text,
        meaning=Signature.Meaning.WITNESSED,
        by=witness,
        proof=proof,
        at=at,
        site=vial_row.site,
    )
    return post(
        key=key,
        kind=MovementKind.WASTED,
        vial=vial_row,
        mg=mg,
        by=by,
        at=at,
        occurred_at=happened,
        infusion=infusion,
        draw=dose,
        reason=reason,
        witness=witness,
        signature=signature,
    )


def subject_of(*, draw: Movement | None, vial: Vial | None) -> tuple[Movement | None, Vial, Infusion | None]:
    """Lock what an act is about, a drawn dose or a vial: (draw, vial, infusion of the draw)."""
    if (draw is None) == (vial is None):
        raise ValueError("name a drawn dose or a vial, one of them")
    if draw is None:
        assert vial is not None
        row = vial_now(vial)
        lock_vaults(row.site_id, [row.vault_id])
        return None, row, None
    dose = Movement.objects.select_related("infusion").get(
        site=draw.site_id, pk=draw.pk, kind=MovementKind.WITHDRAWN
    )
    assert dose.infusion is not None
    infusion = lock(dose.infusion)
    lock_vaults(dose.site_id, [dose.vault_id])
    return dose, vial_now(dose.vial), infusion


def left_of(vial: Vial, draw: Movement | None, infusion: Infusion | None) -> Decimal:
    """mg that the ledger says is left of the drawn dose, or in the vial."""
    if draw is not None and infusion is not None:
        return next(one.left_mg for one in hand_of(infusion).draws if one.movement.pk == draw.pk)
    (line,) = vial_lines(vial.site, only=[vial.pk])
    return line.mg


def _waste_text(
    vial: Vial, infusion: Infusion | None, by: StaffUser, witness: StaffUser, happened: datetime, **amounts: Any
) -> WasteText:
    site = vial.site
    return WasteText(
        clinic=site.name,
        vial=vial.number,
        lot=vial.receipt.lot,
        strength_mg_per_ml=vial.product.strength_mg_per_ml,
        drawn_for=infusion.patient.record_number if infusion else "",
        by=str(by),
        witness=str(witness),
        happened=site.local(happened).strftime("%a %-d %b %Y %H:%M %Z"),
        **amounts,
    )


@transaction.atomic
def return_dose(*, draw: Movement, reason: str, by: StaffUser, at: datetime, key: UUID) -> Movement:
    """Put a whole drawn dose of which nothing was used back into its vial."""
    dose, vial, infusion = subject_of(draw=draw, vial=None)
    assert dose is not None
    assert infusion is not None
    reason = reason.strip()
    known = known_movement(dose.site_id, key, kind=MovementKind.RETURNED, draw_id=dose.pk, reason=reason)
    if known is not None:
        return known
    refuse_if(
        return_problems(
            may=may_handle(by, dose.site_id),
            reason=reason,
            untouched=not dose.moved.exists(),
            state=InfusionState(infusion.state),
        )
    )
    return post(
        key=key,
        kind=MovementKind.RETURNED,
        vial=vial,
        infusion=infusion,
        draw=dose,
        mg=dose.mg,
        reason=reason,
        by=by,
        at=at,
    )
