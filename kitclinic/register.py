"""The rule register: what each rules file declares about itself.

``Rule("VIT-02", "A sign is flagged when …", source="…")`` at the top of a rules file puts
the rule into ``docs/clinic-rules.md``; the same id is in the test's name, on the stored
row, in the page and in the refusal.
"""

import re
import sys
from dataclasses import dataclass, field

RULE_ID = re.compile(r"^[A-Z]{3,4}-\d{2,3}$")
REGISTER: dict[str, "Rule"] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the clinic.

    id: three or four letters, a hyphen, two or three digits; unique in the product.
    sentence: the rule in one sentence, with its number and unit.
    source: where the number comes from; "clinic default" when nobody published one.
    """

    id: str
    sentence: str
    source: str
    module: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not RULE_ID.match(self.id):
            raise ValueError(f"{self.id!r} is not a rule id like VIT-02")
        if not self.module:
            object.__setattr__(self, "module", sys._getframe(2).f_globals.get("__name__", ""))
        known = REGISTER.get(self.id)
        if known is not None and known.module != self.module:
            raise ValueError(f"{self.id} is declared in {known.module} and in {self.module}")
        REGISTER[self.id] = self

    def __str__(self) -> str:
        return self.id
