"""What one protocol orders: the ketamine, the monitoring, the ondansetron. The standard is the published one."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrderSet:
    """mg_per_kg of actual body weight; minutes of one infusion; days in a row; vitals_minutes from one set to
    the next; change_percent: strictly more flags; observation_minutes after the end."""

    mg_per_kg: Decimal = Decimal("0.5")
    minutes: int = 40
    days: int = 5
    vitals_minutes: int = 15
    change_percent: int = 20
    observation_minutes: int = 30


STANDARD = OrderSet()  # Tankha 2025
