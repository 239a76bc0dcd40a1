"""Orders and charts."""

from infusions.models.events import InfusionEvent
from infusions.models.flags import Flag, FlagAcknowledgement
from infusions.models.formulary import Formulary, OrderSettings, Product
from infusions.models.infusions import Infusion
from infusions.models.ledger import (
    Count,
    CountLine,
    Discrepancy,
    DiscrepancyAnswer,
    Movement,
    Receipt,
    Vault,
    Vial,
)
from infusions.models.orders import Affirmation, Order
from infusions.models.registry import RegistryInfusion
from infusions.models.verbal import CoSignature, Escalation, VerbalOrder
from infusions.models.vitals import VitalSet

__all__ = [
    "Affirmation",
    "CoSignature",
    "Count",
    "CountLine",
    "Discrepancy",
    "DiscrepancyAnswer",
    "Escalation",
    "Flag",
    "FlagAcknowledgement",
    "Formulary",
    "Infusion",
    "InfusionEvent",
    "Movement",
    "Order",
    "OrderSettings",
    "Product",
    "Receipt",
    "RegistryInfusion",
    "Vault",
    "VerbalOrder",
    "Vial",
    "VitalSet",
]
