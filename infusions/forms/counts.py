"""The count of a vault: every vial the ledger knows there is answered for, none beforehand.

Sealed vials are counted lot by lot, in one tap; of an opened one the mL is typed. What the ledger expects of an
opened vial is not on the form (LED-35).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from infusions.forms.ledger import NOTHING, KeyForm, amount_ml
from infusions.queries.ledger import VialLine
from infusions.queries.ledger_page import is_sealed
from scheduling.forms.numbers import NumberField

ALL, SOME = "all", "some"
HERE, MISSING, OPENED = "here", "missing", "opened"
STATES = ((HERE, "Here, sealed"), (MISSING, "Missing"), (OPENED, "Opened"))


def _tap(choices: Sequence[tuple[str, str]], missing: str, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices,
        widget=forms.RadioSelect,
        required=required,
        error_messages={"required": f"{missing} {NOTHING}"},
    )


@dataclass(frozen=True)
class VialFields:
    """One vial: state is only there for a sealed one."""

    line: VialLine
    ml: BoundField
    state: BoundField | None = None

    @property
    def name(self) -> str:
        return f"Vial {self.line.vial.number}"


@dataclass(frozen=True)
class LotFields:
    """The sealed vials of one delivery."""

    lines: tuple[VialLine, ...]
    answer: BoundField
    vials: tuple[VialFields, ...]

    @property
    def first(self) -> VialLine:
        return self.lines[0]


class CountForm(KeyForm):
    """seen: the newest movement of the vault when the page was made (LED-36)."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="Note", max_length=200, required=False)

    def __init__(self, *args: Any, lines: Iterable[VialLine], **more: Any) -> None:
        super().__init__(*args, **more)
        self.sealed: dict[int, list[VialLine]] = {}
        self.open: list[VialLine] = []
        for line in lines:
            if not is_sealed(line):
                self.open.append(line)
                self.fields[f"ml_{line.vial.pk}"] = self._ml(f"Vial {line.vial.number}, mL in it", required=True)
            else:
                self.sealed.setdefault(line.vial.receipt_id, []).append(line)
        for receipt, mine in self.sealed.items():
            label = f"All {len(mine)} here, sealed" if len(mine) > 1 else "It is here, sealed"
            choices = ((ALL, label), (SOME, "Not as listed"))
            self.fields[f"lot_{receipt}"] = _tap(choices, "Tap what is there of this lot.")
            for line in mine:
                self.fields[f"state_{line.vial.pk}"] = _tap(STATES, "", required=False)
                self.fields[f"ml_{line.vial.pk}"] = self._ml(f"Vial {line.vial.number}, mL in it", required=False)

    @staticmethod
    def _ml(label: str, *, required: bool) -> NumberField:
        field = amount_ml(label, required=required, least="0")
        field.widget.attrs["class"] = "form-control count-ml"
        field.error_messages["required"] = f"Type the mL in it, 0 when it is not there. {NOTHING}"
        return field

    def lots(self) -> list[LotFields]:
        return [
            LotFields(
                tuple(mine),
                self[f"lot_{receipt}"],
                tuple(
                    VialFields(line, self[f"ml_{line.vial.pk}"], self[f"state_{line.vial.pk}"]) for line in mine
                ),
            )
            for receipt, mine in self.sealed.items()
        ]

    def opened(self) -> list[VialFields]:
        return [VialFields(line, self[f"ml_{line.vial.pk}"]) for line in self.open]

    def clean(self) -> dict[str, Any]:
        """Of a lot that is not as listed, every vial says how it is; of an opened one, how much is in it."""
        found = super().clean() or {}
        for receipt, mine in self.sealed.items():
            if found.get(f"lot_{receipt}") != SOME:
                continue
            for line in mine:
                state, ml = f"state_{line.vial.pk}", f"ml_{line.vial.pk}"
                if not found.get(state):
                    self.add_error(state, f"Say how vial {line.vial.number} is. {NOTHING}")
                elif found[state] == OPENED and found.get(ml) is None and ml not in self.errors:
                    self.add_error(ml, f"Type the mL in vial {line.vial.number}. {NOTHING}")
        return found

    def counted(self) -> dict[int, Decimal]:
        """mL by vial, as ``count_vault`` takes it: a vial that was not found is left out."""
        found, counted = self.cleaned_data, {}
        for receipt, mine in self.sealed.items():
            for line in mine:
                state = HERE if found[f"lot_{receipt}"] == ALL else found[f"state_{line.vial.pk}"]
                if state == HERE:
                    counted[line.vial.pk] = line.product.vial_ml
                elif state == OPENED:
                    counted[line.vial.pk] = found[f"ml_{line.vial.pk}"]
        return counted | {line.vial.pk: found[f"ml_{line.vial.pk}"] for line in self.open}
