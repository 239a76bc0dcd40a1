"""Differences between ledger and world: declared by those who find them, answered under a signature."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from infusions.actions.ledger.doses import left_of, subject_of
from infusions.actions.ledger.posting import known_movement, lock_vaults, may_handle, note, post_discrepancy
from infusions.models import Discrepancy, DiscrepancyAnswer, Movement, Vial
from infusions.rules.ledger import mg_of
from infusions.rules.ledger_text import AnswerText, answer_text
from infusions.rules.vault import LED_18, answer_problems, discrepancy_problems
from infusions.states import InfusionState, MovementKind
from kitclinic import signing
from kitclinic.models import Signature, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import Proof


@transaction.atomic
def declare_discrepancy(
    *,
    by: StaffUser,
    at: datetime,
    key: UUID,
    mg: Decimal,
    reason: str,
    draw: Movement | None = None,
    vial: Vial | None = None,
) -> Discrepancy:
    """Say that a vial or a drawn dose holds ``mg`` more, or (below zero) less, than the ledger says.

    It is posted at once and stays open until answered. Raises Refused, or Conflict for a key used otherwise.
    """
    dose, vial_row, infusion = subject_of(draw=draw, vial=vial)
    reason = reason.strip()
    said = {"vial_id": vial_row.pk, "draw_id": dose.pk if dose else None, "mg": mg, "reason": reason}
    known = known_movement(vial_row.site_id, key, kind=MovementKind.DISCREPANCY, **said)
    if known is not None:
        return known.discrepancy
    label = mg_of(vial_row.product.vial_ml, vial_row.product.strength_mg_per_ml)
    refuse_if(
        discrepancy_problems(
            may=may_handle(by, vial_row.site_id),
            mg=mg,
            reason=reason,
            left_mg=left_of(vial_row, dose, infusion),
            most_mg=_most(dose) if dose else label,
            state=InfusionState(infusion.state) if infusion else None,
        )
    )
    return post_discrepancy(
        key=key, vial=vial_row, infusion=infusion, draw=dose, mg=mg, reason=reason, by=by, at=at
    )


def _most(draw: Movement) -> Decimal:
    """mg that can be in hand of a drawn dose at most: nothing of one that went back."""
    back = draw.moved.filter(kind=MovementKind.RETURNED).exists()
    return Decimal(0) if back else draw.mg


@transaction.atomic
def answer_discrepancy(
    *, discrepancy: Discrepancy, words: str, reported_to: str, proof: Proof, by: StaffUser, at: datetime
) -> DiscrepancyAnswer:
    """Say under a signature what became of a discrepancy. It is answered once, by another than its finder.

    Raises Refused, or Conflict when somebody else has answered meanwhile.
    """
    related = ("site", "found_by", "movement__vial__product", "movement__vial__receipt", "movement__infusion")
    row = Discrepancy.objects.select_related(*related).get(site=discrepancy.site_id, pk=discrepancy.pk)
    lock_vaults(row.site_id, [row.movement.vault_id])
    words, reported_to, site = words.strip(), reported_to.strip(), row.site
    first = DiscrepancyAnswer.objects.filter(site=site, discrepancy=row).select_related("by").first()
    if first is not None:
        sentence = f"{first.by.name} has answered this discrepancy already. Reload to read the answer."
        raise Conflict([Blocker(LED_18.id, sentence)])
    may = by.site_id == row.site_id and by.may(Permission.ANSWER_DISCREPANCIES)
    refuse_if(answer_problems(may=may, words=words, found_by_self=row.found_by_id == by.pk))
    movement = row.movement
    text = answer_text(
        AnswerText(
            clinic=site.name,
            vial=movement.vial.number,
            lot=movement.vial.receipt.lot,
            strength_mg_per_ml=movement.vial.product.strength_mg_per_ml,
            mg=movement.mg,
            reason=movement.reason,
            found_by=str(row.found_by),
            found=site.local(row.found_at).strftime("%a %-d %b %Y %H:%M %Z"),
            words=words,
            reported_to=reported_to,
            by=str(by),
        )
    )
    signature = signing.sign(text=text, meaning=Signature.Meaning.REVIEWED, by=by, proof=proof, at=at, site=site)
    answer = DiscrepancyAnswer.objects.create(
        site=site, discrepancy=row, words=words, reported_to=reported_to, signature=signature, by=by, at=at
    )
    note("discrepancy answered", row, site=site, by=by, at=at, infusion=movement.infusion)
    return answer
