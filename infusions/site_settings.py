"""What a clinic sets about orders and charting at the chair, for the page of all settings."""

from datetime import datetime
from typing import Any

from infusions.actions import change_order_settings, set_chairside
from infusions.queries.chairside import WORDS, chairside_settings
from infusions.queries.formulary import order_settings_of
from infusions.states import BoardName
from kitclinic.models import Site, StaffUser
from kitclinic.site_settings import CHOICE, CLOCK, YES_NO, Setting, Source

GROUP = "Orders and the chair"
ORDERS = ("first_use_days", "after_first_days", "escalate_minute")
CHAIRSIDE = ("second_pump_check", "map_flags", "board_name")
BOARD = tuple((one.value, str(one.label)) for one in BoardName)
SETTINGS = (
    Setting(
        "first_use_days",
        GROUP,
        "A signed order waits",
        "How long it may wait for its first infusion; orders keep the days they were written under.",
        30,
        unit="days",
        rule="ORD-42",
    ),
    Setting(
        "after_first_days",
        GROUP,
        "An order holds",
        "How long it holds after the first infusion; orders keep the days they were written under.",
        14,
        unit="days",
        rule="ORD-42",
    ),
    Setting(
        "escalate_minute",
        GROUP,
        "Unsigned orders are called out",
        "The clinic day before, at this time, for visits without a signed order.",
        900,
        CLOCK,
        rule="ORD-43",
    ),
    Setting("second_pump_check", GROUP, *WORDS["second_pump_check"], True, YES_NO, rule="INF-32"),
    Setting("map_flags", GROUP, *WORDS["map_flags"], False, YES_NO, rule="INF-32"),
    Setting("board_name", GROUP, *WORDS["board_name"], "initials", CHOICE, rule="INF-32", choices=BOARD),
)


def values(site: Site) -> dict[str, Any]:
    orders, chairside = order_settings_of(site), chairside_settings(site)
    return {name: getattr(orders, name) for name in ORDERS} | {
        name: getattr(chairside, name) for name in CHAIRSIDE
    }


def change(*, site: Site, name: str, value: Any, reason: str, by: StaffUser, at: datetime) -> None:
    names, act = (ORDERS, change_order_settings) if name in ORDERS else (CHAIRSIDE, set_chairside)
    now = values(site)
    new: dict[str, Any] = {one: now[one] for one in names} | {name: value}
    act(site=site, reason=reason, by=by, at=at, **new)


SOURCE = Source(SETTINGS, values, change)
