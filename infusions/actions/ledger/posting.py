"""What every movement shares: locks, the key that is kept once, the row and its audit event.

Locks are always taken in one order: the infusion, then vaults by their ids, then (by the trigger) the vial.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from infusions.models import Discrepancy, Infusion, Movement, Vault, Vial
from infusions.rules.ledger import ml_of
from infusions.states import MovementKind
from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict
from kitclinic.roles import Permission


def may_handle(by: StaffUser, site_id: int) -> bool:
    return by.site_id == site_id and by.may(Permission.HANDLE_DRUGS)


def lock_vaults(site_id: int, vaults: Iterable[int]) -> list[Vault]:
    """Hold these vaults until the transaction ends: what is summed meanwhile stays true."""
    rows = Vault.objects.select_for_update(of=("self",), no_key=True).select_related("site")
    return list(rows.filter(site=site_id, pk__in=set(vaults)).order_by("pk"))


def vial_now(vial: Vial) -> Vial:
    """The vial with what rules and movements need, by its site."""
    rows = Vial.objects.select_related("site", "product", "receipt", "vault")
    return rows.get(site=vial.site_id, pk=vial.pk)


def next_key(key: UUID, part: object) -> UUID:
    """The key of a movement that follows from another one: the same each time."""
    return uuid5(key, str(part))


def known_movement(site_id: int, key: UUID, **content: Any) -> Movement | None:
    """Return the movement already saved under this key, or None. The caller holds the lock.

    Raises Conflict when the key was used for something else.
    """
    first = Movement.objects.filter(site=site_id, key=key).select_related("vial__product", "infusion").first()
    if first is None:
        return None
    same_or_conflict(all(getattr(first, name) == value for name, value in content.items()), first)
    return first


def same_or_conflict(same: bool, first: object) -> None:
    if same:
        return
    sentence = (
        f"This was saved before with other content ({first}). Nothing was changed; reload and enter it anew."
    )
    raise Conflict([Blocker("STA-02", sentence)])


def post(
    *,
    key: UUID,
    kind: MovementKind,
    vial: Vial,
    mg: Decimal,
    by: StaffUser,
    at: datetime,
    occurred_at: datetime | None = None,
    infusion: Infusion | None = None,
    draw: Movement | None = None,
    **more: Any,
) -> Movement:
    """Write one movement and its audit row. more: reason, witness, signature."""
    movement = Movement.objects.create(
        site_id=vial.site_id,
        key=key,
        kind=kind,
        vault_id=vial.vault_id,
        vial=vial,
        infusion=infusion,
        draw=draw,
        mg=mg,
        ml=ml_of(mg, vial.product.strength_mg_per_ml),
        by=by,
        occurred_at=occurred_at or at,
        received_at=at,
        **more,
    )
    detail = {"vial": vial.number, "mg": str(mg)}
    note(f"ketamine {kind.value}", movement, site=vial.site, by=by, at=at, infusion=infusion, **detail)
    return movement


def note(
    event: str,
    subject: Any,
    *,
    site: Site,
    by: StaffUser,
    at: datetime,
    infusion: Infusion | None = None,
    **detail: Any,
) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=site,
        subject=subject,
        patient_id=infusion.patient_id if infusion else None,
        detail=detail,
    )


def post_discrepancy(*, by: StaffUser, at: datetime, count_line: Any = None, **movement: Any) -> Discrepancy:
    """Write a discrepancy and its movement: the book agrees with the shelf at once, the question stays."""
    moved = post(kind=MovementKind.DISCREPANCY, by=by, at=at, **movement)
    return Discrepancy.objects.create(
        site_id=moved.site_id, movement=moved, count_line=count_line, found_by=by, found_at=at
    )
