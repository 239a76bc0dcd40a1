"""The only door for writes of orders and charts."""

from infusions.actions.orders import complete_order as complete_order
from infusions.actions.orders import discontinue_order as discontinue_order
from infusions.actions.orders import draft_order as draft_order
from infusions.actions.orders import ensure_formulary as ensure_formulary
from infusions.actions.orders import expire_orders as expire_orders
from infusions.actions.orders import hold_order as hold_order
from infusions.actions.orders import release_order as release_order
from infusions.actions.orders import sign_order as sign_order
from infusions.actions.orders import supersede_order as supersede_order
