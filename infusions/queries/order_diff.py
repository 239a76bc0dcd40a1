"""What changed from one version of an order to the next, in words, was beside now."""

from collections.abc import Callable
from dataclasses import dataclass

from infusions.models import Order
from infusions.rules.order_text import day
from kitclinic.display import show, show_percent_from, show_signed


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same. was, now: "none" where nothing stood; note: how far apart, or ""."""

    label: str
    was: str
    now: str
    note: str = ""


def differences(old: Order, new: Order) -> list[Difference]:
    """Return them in the order of the signed text; nothing for two versions that say the same.

    Needs ``weight`` and ``protocol`` of both loaded.
    """
    found = []
    for label, words, note in LINES:
        was, now = words(old), words(new)
        if was != now:
            found.append(Difference(label, was or "none", now or "none", note(old, new)))
    return found


Words = Callable[[Order], str]
Note = Callable[[Order, Order], str]


def _no_note(old: Order, new: Order) -> str:
    return ""


def _kg_apart(old: Order, new: Order) -> str:
    if old.weight_kg == new.weight_kg:
        return ""
    apart = show_signed(new.weight_kg - old.weight_kg, "kg")
    return f"{apart}, {show_percent_from(new.weight_kg, old.weight_kg)}"


def _mg_apart(old: Order, new: Order) -> str:
    return show_signed(new.dose_mg - old.dose_mg, "mg")


def _protocol(order: Order) -> str:
    return f"{order.protocol.name}, version {order.protocol.number}" if order.protocol else "standard"


def _weight(order: Order) -> str:
    on = day(order.site.local(order.weight.measured_at).date())
    return f"{show(order.weight_kg, 'kg')}, {order.weight.get_source_display().lower()} {on}"


def _ondansetron(order: Order) -> str:
    if order.ondansetron:
        return "8 mg before the start, 8 mg once as needed"
    return f"left out: {order.get_no_ondansetron_display()}"


def _lines(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


LINES: tuple[tuple[str, Words, Note], ...] = (
    ("Protocol", _protocol, _no_note),
    ("Infusions", lambda order: str(order.infusions_ordered), _no_note),
    ("Weight", _weight, _kg_apart),
    ("Reason for the weight", lambda order: order.weight_reason, _no_note),
    ("Per kilogram", lambda order: show(order.mg_per_kg, "mg/kg"), _no_note),
    ("Dose", lambda order: show(order.dose_mg, "mg"), _mg_apart),
    ("Over", lambda order: f"{order.infusion_minutes} min", _no_note),
    ("Vial", lambda order: show(order.strength_mg_per_ml, "mg/mL"), _no_note),
    ("Draw", lambda order: show(order.draw_ml, "mL"), _no_note),
    ("Bag", lambda order: f"{order.get_fill_display()} {show(order.bag_ml, 'mL')}", _no_note),
    ("Pump", lambda order: f"{show(order.rate_ml_per_h, 'mL/h')}, {show(order.total_ml, 'mL')}", _no_note),
    ("Reason for the preparation", lambda order: order.preparation_reason, _no_note),
    ("Ondansetron", _ondansetron, _no_note),
    ("Words on ondansetron", lambda order: order.no_ondansetron_note, _no_note),
    ("Reason despite an allergy", lambda order: order.allergy_reason, _no_note),
    ("Psychotropics", lambda order: _lines(order.psychotropics), _no_note),
    ("Antihypertensives", lambda order: _lines(order.antihypertensives), _no_note),
    ("Medication", lambda order: "read and noted" if order.medication_noted else "not noted", _no_note),
    ("Way home", lambda order: order.driver_plan, _no_note),
    ("Note", lambda order: order.note, _no_note),
    ("Holds until first use", lambda order: f"{order.first_use_days} days", _no_note),
    ("Holds after the first", lambda order: f"{order.after_first_days} days", _no_note),
)
