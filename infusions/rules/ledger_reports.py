"""What the ledger's reports must add up to, what an inventory says, and what the ledger page calls out.

Amounts are mg of ketamine, exact Decimals. Two places hold ketamine: the vault (its vials) and the hand (doses
that were drawn and are neither given, wasted nor returned yet). A movement changes one of them or moves from one
to the other; SIGNS says how.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from infusions.states import MovementKind
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

EXPIRES_SOON = timedelta(days=30)
MOST_DAYS = 366 * 2  # of one usage report: the two years for which records are kept at hand

LED_30 = Rule(
    "LED-30",
    "A usage report closes for each vial kind, in mg and exactly: opening + received − administered − wasted"
    " + discrepancy = closing; so do the vault alone and the doses in hand alone. A report that does not close"
    " says so on its first line.",
    source="21 CFR 1304.22(c)",
)
LED_31 = Rule(
    "LED-31",
    "A report counts a movement on the clinic day on which it was entered, so that a report once printed never"
    " changes; the line itself carries the time at which it happened.",
    source="clinic default",
)
LED_32 = Rule(
    "LED-32",
    "An inventory states its date, whether it was taken at opening or at close of business, and for each strength"
    " and vial the number of sealed vials and what is in each opened one; it is due every 2 years.",
    source="21 CFR 1304.11",
)
LED_33 = Rule(
    "LED-33", "A vial that expires within 30 days is called out on the ledger page.", source="clinic default"
)
LED_34 = Rule(
    "LED-34",
    "A vault is counted on every day the clinic works; a count of an earlier day is called out.",
    source="clinic default",
)
LED_35 = Rule(
    "LED-35",
    "A count is blind: what the ledger expects of an opened vial is shown only after the count was saved.",
    source="clinic default",
)
LED_36 = Rule(
    "LED-36",
    "A count stands only when nothing moved in the vault while it was taken; else it is taken again.",
    source="clinic default",
)

K = MovementKind
IN_VAULT, IN_HAND = "vault", "hand"
# (kind, of a drawn dose): what one mg of it does to the vault and to the hand
SIGNS: dict[tuple[str, bool], dict[str, int]] = {
    (K.RECEIVED, False): {IN_VAULT: 1},
    (K.WITHDRAWN, False): {IN_VAULT: -1, IN_HAND: 1},
    (K.ADMINISTERED, True): {IN_HAND: -1},
    (K.WASTED, False): {IN_VAULT: -1},
    (K.WASTED, True): {IN_HAND: -1},
    (K.RETURNED, True): {IN_VAULT: 1, IN_HAND: -1},
    (K.DISCREPANCY, False): {IN_VAULT: 1},
    (K.DISCREPANCY, True): {IN_HAND: 1},
}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """Movements of one kind together. of_dose: they moved out of a drawn dose, not out of a vial."""

    kind: str
    of_dose: bool
    mg: Decimal


@dataclass(frozen=True, slots=True)
class Holding:
    """What is where, in mg."""

    vault: Decimal = ZERO
    hand: Decimal = ZERO

    @property
    def all(self) -> Decimal:
        return self.vault + self.hand


def holding(moved: Iterable[Moved]) -> Holding:
    """What is left where after these movements."""
    left = {IN_VAULT: ZERO, IN_HAND: ZERO}
    for one in moved:
        for place, sign in SIGNS[(one.kind, one.of_dose)].items():
            left[place] += sign * one.mg
    return Holding(**left)


def vault_change(kind: str, of_dose: bool, mg: Decimal) -> Decimal:
    """What a movement does to its vial's balance, in mg."""
    return SIGNS[(kind, of_dose)].get(IN_VAULT, 0) * mg


@dataclass(frozen=True, slots=True)
class Usage:
    """One vial kind over a period: what was there, what moved, what is there."""

    opening: Holding
    moved: tuple[Moved, ...]
    closing: Holding

    def of(self, kind: str, *, of_dose: bool | None = None) -> Decimal:
        """mg of one kind of movement; out of vials or doses only, or both."""
        chosen = (one.mg for one in self.moved if one.kind == kind and (of_dose is None or one.of_dose is of_dose))
        return sum(chosen, ZERO)

    @property
    def computed(self) -> Holding:
        """The closing that opening and movements lead to."""
        change = holding(self.moved)
        return Holding(self.opening.vault + change.vault, self.opening.hand + change.hand)

    @property
    def closes(self) -> bool:
        """LED-30."""
        return self.computed == self.closing


def expires_soon(expires_on: date, today: date) -> bool:
    """LED-33: from 30 days before its last day of use."""
    return expires_on - today <= EXPIRES_SOON


def is_counted(counted_on: date | None, today: date) -> bool:
    """LED-34: there is a count of today."""
    return counted_on is not None and counted_on >= today


def meanwhile_problems(*, moved_meanwhile: bool) -> list[Problem]:
    """LED-36: whether what was counted can still be compared with the ledger."""
    if not moved_meanwhile:
        return []
    return [
        Blocker(
            LED_36.id,
            "Something moved in the vault while you counted, so the count cannot be compared. It was not saved."
            " What the vault holds now stands below: count it once more.",
        )
    ]
