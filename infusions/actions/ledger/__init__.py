"""The only door for movements of ketamine."""

from infusions.actions.ledger.discrepancies import answer_discrepancy, declare_discrepancy
from infusions.actions.ledger.doses import administer, return_dose, settle_delivered, waste, withdraw
from infusions.actions.ledger.stock import count_vault, ensure_vault, receive_vials

__all__ = [
    "administer",
    "answer_discrepancy",
    "count_vault",
    "declare_discrepancy",
    "ensure_vault",
    "receive_vials",
    "return_dose",
    "settle_delivered",
    "waste",
    "withdraw",
]
