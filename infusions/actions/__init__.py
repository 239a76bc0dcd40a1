"""The only door for writes of orders and charts."""

from infusions.actions.at_chair import declare_missing, return_drawn, waste_rest
from infusions.actions.chairside import arrive, do_not_start, record_event, weigh
from infusions.actions.discharge import discharge, leave_against_advice
from infusions.actions.drafting import UnmeasuredWeight, draft_order, ensure_formulary, supersede_order
from infusions.actions.escalation import escalate_unsigned
from infusions.actions.facts import look_at_fact, strike_event
from infusions.actions.formulary import (
    add_product,
    begin_with_products,
    change_order_settings,
    put_back_product,
    retire_product,
    set_preparation,
)
from infusions.actions.hand_over import hand_over, hand_over_for_break, take_back
from infusions.actions.intake import correct_intake, record_intake
from infusions.actions.ledger import (
    administer,
    answer_discrepancy,
    count_vault,
    declare_discrepancy,
    ensure_vault,
    receive_vials,
    return_dose,
    waste,
    withdraw,
)
from infusions.actions.monitors import (
    Received,
    accept_reading,
    add_monitor,
    end_monitor,
    give_reading,
    note_refused_token,
    put_away_reading,
    receive_reading,
    receive_readings,
)
from infusions.actions.next_day import record_next_day_call
from infusions.actions.opening import record_opening_check
from infusions.actions.orders import (
    complete_order,
    discontinue_order,
    expire_orders,
    hold_order,
    release_order,
    sign_order,
)
from infusions.actions.pump import check_pump, check_pump_again
from infusions.actions.reviews import review_event
from infusions.actions.running import (
    complete_infusion,
    explain_stop,
    give_as_needed_ondansetron,
    pause_infusion,
    resume_infusion,
    stop_infusion,
)
from infusions.actions.settings import set_chairside
from infusions.actions.starting import start_infusion
from infusions.actions.verbal import cosign, give_verbal_order
from infusions.actions.vitals import acknowledge_flag, correct_vitals, record_vitals

__all__ = [
    "Received",
    "UnmeasuredWeight",
    "accept_reading",
    "acknowledge_flag",
    "add_monitor",
    "add_product",
    "administer",
    "answer_discrepancy",
    "arrive",
    "begin_with_products",
    "change_order_settings",
    "check_pump",
    "check_pump_again",
    "complete_infusion",
    "complete_order",
    "correct_intake",
    "correct_vitals",
    "cosign",
    "count_vault",
    "declare_discrepancy",
    "declare_missing",
    "discharge",
    "discontinue_order",
    "do_not_start",
    "draft_order",
    "end_monitor",
    "ensure_formulary",
    "ensure_vault",
    "escalate_unsigned",
    "expire_orders",
    "explain_stop",
    "give_as_needed_ondansetron",
    "give_reading",
    "give_verbal_order",
    "hand_over",
    "hand_over_for_break",
    "hold_order",
    "leave_against_advice",
    "look_at_fact",
    "note_refused_token",
    "pause_infusion",
    "put_away_reading",
    "put_back_product",
    "receive_reading",
    "receive_readings",
    "receive_vials",
    "record_event",
    "record_intake",
    "record_next_day_call",
    "record_opening_check",
    "record_vitals",
    "release_order",
    "resume_infusion",
    "retire_product",
    "return_dose",
    "return_drawn",
    "review_event",
    "set_chairside",
    "set_preparation",
    "sign_order",
    "start_infusion",
    "stop_infusion",
    "strike_event",
    "supersede_order",
    "take_back",
    "waste",
    "waste_rest",
    "weigh",
    "withdraw",
]
