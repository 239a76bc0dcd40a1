"""A stocked vault, and doses drawn, wasted and returned through the real actions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from infusions import actions
from infusions.models import Infusion, Movement, Product, Receipt, Vial
from infusions.queries.ledger import hand_of, suggested_parts
from infusions.queries.readiness import order_of
from kitclinic.models import Site, StaffUser
from kitclinic.signing import Proof
from tests.factories import scheduling

EXPIRES = date(2029, 12, 31)
VIAL_ML = {10: Decimal("20"), 50: Decimal("10"), 100: Decimal("5")}


def product(site: Site, strength: int = 50, **fields: Any) -> Product:
    """The clinic's vial of this strength; put into the formulary when there is none."""
    known = Product.objects.filter(site=site, strength_mg_per_ml=strength, **fields).first()
    vial_ml = fields.pop("vial_ml", VIAL_ML[strength])
    return known or Product.objects.create(site=site, strength_mg_per_ml=strength, vial_ml=vial_ml, **fields)


def stocked(
    site: Site, strength: int = 50, vials: int = 3, *, at: datetime | None = None, **fields: Any
) -> Receipt:
    """A delivery in the clinic's vault. fields: of ``receive_vials``, and ``product``."""
    by, when = scheduling.actor("nurse", site), at or scheduling.NOW
    return actions.receive_vials(
        **{
            "vault": fields.pop("vault", None) or actions.ensure_vault(site=site, by=by, at=when),
            "product": fields.pop("product", None) or product(site, strength),
            "lot": "6J0417",
            "expires_on": EXPIRES,
            "vials": vials,
            "supplier": "Lakeside Medical Supply",
            "by": by,
            "at": when,
            "key": uuid4(),
        }
        | fields
    )


def vial(site: Site, strength: int = 50, **fields: Any) -> Vial:
    """One full vial of a delivery of its own."""
    return stocked(site, strength, vials=1, **fields).contents.get()


def parts(infusion: Infusion, *, at: datetime) -> list[tuple[Vial, Decimal]]:
    """The vials for the dose of this infusion; the vault is stocked first when it holds too little."""
    site, order = infusion.site, order_of(infusion.visit)
    assert order is not None
    given: dict[str, Any] = {"strength": order.strength_mg_per_ml, "ml": order.draw_ml, "today": site.today(at)}
    found = suggested_parts(site, **given)
    if not found:
        stocked(site, order.strength_mg_per_ml, at=at)
        found = suggested_parts(site, **given)
    return found


def withdrawn(infusion: Infusion, *, by: StaffUser | None = None, at: datetime | None = None) -> list[Movement]:
    """The dose of this infusion, drawn out of the clinic's vials."""
    by, at = by or scheduling.actor("nurse", infusion.site), at or infusion.arrived_at
    return actions.withdraw(infusion=infusion, parts=parts(infusion, at=at), by=by, at=at, key=uuid4())


def other(by: StaffUser) -> StaffUser:
    """A second person of the clinic who may witness."""
    wanted = "physician" if by.role == "nurse" else "nurse"
    return scheduling.actor(wanted, by.site)


def proof_of(person: StaffUser, at: datetime) -> Proof:
    return Proof(user_id=person.pk, at=at, method="password")


def wasted(*, by: StaffUser, at: datetime, **fields: Any) -> Movement:
    """Waste before a witness. fields: of ``waste``."""
    witness = fields.pop("witness", None) or other(by)
    given = {"by": by, "at": at, "key": uuid4(), "witness": witness, "proof": proof_of(witness, at)} | fields
    return actions.waste(**given)


def rest_wasted(infusion: Infusion, *, by: StaffUser, at: datetime) -> list[Movement]:
    """All that is still in hand of this infusion, wasted before a witness."""
    left = [draw for draw in hand_of(infusion).draws if draw.left_mg > 0]
    return [wasted(by=by, at=at, draw=draw.movement, ml=draw.left_ml) for draw in left]
