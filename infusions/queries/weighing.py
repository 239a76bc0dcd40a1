"""What is known of a weight beside the scale: the last reading, its age, and what would hold the order."""

from infusions.models import Infusion
from infusions.queries.chart import Chart
from infusions.queries.readiness import dosing_weight_kg, order_of
from infusions.queries.words import weight_words
from infusions.states import OrderState
from kitclinic.display import show, show_percent_from
from scheduling.queries.patients import latest_weight
from scheduling.rules.weights import MAX_AGE_DAYS, hold_limits_kg


def weighed_lines(chart: Chart) -> tuple[str, ...]:
    """Sentences for the sheet; the field itself stays empty."""
    last, lines = latest_weight(chart.visit.patient), []
    if last is None:
        lines.append("No weight is recorded yet.")
    else:
        lines.append(f"Last: {weight_words(last, site=chart.site, at=chart.at)}.")
        if chart.visit.day_index > 1:
            lines.append(
                f"A weight may be carried forward for {MAX_AGE_DAYS} days; weighing again is always right."
            )
    if chart.order is not None:
        low, high = hold_limits_kg(dosing_weight_kg(chart.order))
        limits = f"{show(low, 'kg')} or less, or {show(high, 'kg')} or more,"
        lines.append(f"{limits} holds the order until a prescriber decides.")
    return tuple(lines)


def after_weighing(infusion: Infusion) -> str:
    """What to say when a weight is saved: whether the order stands, or is held, and why."""
    order, kg = order_of(infusion.visit), infusion.weight.weight_kg if infusion.weight else None
    if kg is None:
        raise ValueError("nobody was weighed")
    if order is None:
        return f"Weight saved: {show(kg, 'kg')}."
    change = f"{show(kg, 'kg')}, {show_percent_from(kg, dosing_weight_kg(order))} from the order's weight"
    if order.state == OrderState.HELD:
        return f"Weight saved: {change}. The order is held: ask a prescriber to affirm it or to write a new one."
    return f"Weight saved: {change}. The signed dose stands: {show(order.dose_mg, 'mg')}."
