"""How a clinic charts at the chair."""

from typing import Any

from django import forms

from infusions.forms.chart import one_of
from infusions.models import ChairsideSettings
from infusions.states import BoardName

ON_OFF = (("on", "On"), ("off", "Off"))


class ChairsideSettingsForm(forms.Form):
    second_pump_check = one_of(ON_OFF, "Second person reads the pump")
    map_flags = one_of(ON_OFF, "MAP flags")
    board_name = one_of(BoardName.choices, "Names on the suite board")

    @staticmethod
    def initial_of(row: ChairsideSettings) -> dict[str, Any]:
        return {
            "second_pump_check": "on" if row.second_pump_check else "off",
            "map_flags": "on" if row.map_flags else "off",
            "board_name": row.board_name,
        }

    def settings(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "second_pump_check": data["second_pump_check"] == "on",
            "map_flags": data["map_flags"] == "on",
            "board_name": data["board_name"],
        }
