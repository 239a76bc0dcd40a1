"""A selection made from a query that is not the address of the page itself: one side of two, a saved view."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime

from django.http import QueryDict
from django.utils.http import urlencode

from kitclinic.access import StaffRequest
from outcomes.rules.definitions import SWITCHES
from outcomes.views.selection import Selection, selected

SIDES = ("a", "b")
OF_BOTH = frozenset({"source", "as_of", "protocol"})
SWITCH_NAMES = frozenset(switch.name for switch in SWITCHES)


def asking(request: StaffRequest, query: Mapping[str, str], at: datetime) -> Selection:
    """Return the selection of a query as if it were the address; 404 for a source of another clinic."""
    as_if = copy(request)
    as_if.GET = QueryDict(urlencode(query))
    return selected(as_if, at)


def side_query(given: Mapping[str, str], letter: str) -> dict[str, str]:
    """Return what an address asks of one side; the definitions are of both.

    An address without sides, as a tab leads to, asks it of A, and of B the same source, day and protocol.
    """
    if not any(key.startswith(f"{side}.") for key in given for side in SIDES):
        plain = {name: value for name, value in given.items() if letter == "a" or name in OF_BOTH}
        return {name: str(value) for name, value in plain.items() if value and name not in SWITCH_NAMES}
    own = {key.removeprefix(f"{letter}."): value for key, value in given.items() if key.startswith(f"{letter}.")}
    return {name: str(value) for name, value in own.items() if value and name not in SWITCH_NAMES}


def common_query(given: Mapping[str, str]) -> dict[str, str]:
    """Return the definitions an address asks for."""
    return {name: str(value) for name, value in given.items() if name in SWITCH_NAMES}
