"""Orders and charts."""

from infusions.models.assessments import AdverseEventReview, Intake, NextDayCall
from infusions.models.events import FactReview, InfusionEvent
from infusions.models.flags import Flag, FlagAcknowledgement, FlagWithdrawal
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
from infusions.models.monitors import (
    KeptAside,
    KeptAsideAnswer,
    Monitor,
    MonitorReading,
    ReadingAnswer,
    ReadingGiven,
)
from infusions.models.orders import Affirmation, Order
from infusions.models.registry import RegistryInfusion
from infusions.models.suite import ChairsideSettings, OpeningCheck
from infusions.models.verbal import CoSignature, Escalation, VerbalOrder
from infusions.models.vitals import VitalSet

__all__ = [
    "AdverseEventReview",
    "Affirmation",
    "ChairsideSettings",
    "CoSignature",
    "Count",
    "CountLine",
    "Discrepancy",
    "DiscrepancyAnswer",
    "Escalation",
    "FactReview",
    "Flag",
    "FlagAcknowledgement",
    "FlagWithdrawal",
    "Formulary",
    "Infusion",
    "InfusionEvent",
    "Intake",
    "KeptAside",
    "KeptAsideAnswer",
    "Monitor",
    "MonitorReading",
    "Movement",
    "NextDayCall",
    "OpeningCheck",
    "Order",
    "OrderSettings",
    "Product",
    "ReadingAnswer",
    "ReadingGiven",
    "Receipt",
    "RegistryInfusion",
    "Vault",
    "VerbalOrder",
    "Vial",
    "VitalSet",
]
