"""Orders and charts."""

from infusions.models.events import InfusionEvent
from infusions.models.flags import Flag, FlagAcknowledgement
from infusions.models.formulary import Formulary
from infusions.models.infusions import Infusion
from infusions.models.orders import Affirmation, Order
from infusions.models.registry import RegistryInfusion
from infusions.models.vitals import VitalSet

__all__ = [
    "Affirmation",
    "Flag",
    "FlagAcknowledgement",
    "Formulary",
    "Infusion",
    "InfusionEvent",
    "Order",
    "RegistryInfusion",
    "VitalSet",
]
