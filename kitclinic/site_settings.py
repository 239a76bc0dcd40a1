"""What a clinic sets for itself, each app's list in one: what it is called, what it affects, how it is typed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from kitclinic.documents import registered_rules
from kitclinic.models import SettingChange, Site, StaffUser
from kitclinic.place_rules import ACC_36
from kitclinic.problems import Blocker, Refused
from kitclinic.register import REGISTER, Rule

WHOLE, CLOCK, TEXT, LINES, YES_NO, CHOICE = "whole", "clock", "text", "lines", "yes_no", "choice"
NUMBER = re.compile(r"\d")
CLOCK_TIME = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. name: of the row that holds it; affects: one sentence; default: None where there is none.

    unit: of a whole number; choices: pairs of value and word; rule: the one that bounds it.
    """

    name: str
    group: str
    label: str
    affects: str
    default: Any = None
    kind: str = WHOLE
    unit: str = ""
    rule: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    may_be_empty: bool = False
    empty: str = "none"

    @property
    def source(self) -> str:
        found = REGISTER.get(self.rule)
        return found.source if found else ""

    def typed(self, value: Any) -> str:
        """The value as it stands in the form."""
        if value is None:
            return ""
        if self.kind == CLOCK:
            return f"{value // 60:02}:{value % 60:02}"
        return ("yes" if value else "no") if self.kind == YES_NO else str(value)

    def say(self, value: Any) -> str:
        """The value in words."""
        if value in (None, ""):
            return self.empty
        if self.kind == YES_NO:
            return "Yes" if value else "No"
        if self.kind == CHOICE:
            return dict(self.choices).get(str(value), str(value))
        return f"{self.typed(value)} {self.unit}".strip()

    def read(self, typed: str) -> Any:
        """The value of what was typed. Raises Refused, saying what is expected."""
        text = typed.strip()
        if not text and self.may_be_empty:
            return None if self.kind in {WHOLE, CLOCK} else ""
        found = {WHOLE: _whole, CLOCK: _clock, YES_NO: _yes_no}.get(self.kind, _text)(text)
        if found is None or (self.kind == CHOICE and text not in dict(self.choices)):
            raise Refused([Blocker(ACC_36.id, f"{self.label}: {EXPECTED[self.kind]}", "typed")])
        return int(text) if self.kind == CHOICE and text.isdecimal() else found


EXPECTED = {
    WHOLE: "type a whole number.",
    CLOCK: "type a time such as 07:30.",
    YES_NO: "choose yes or no.",
    CHOICE: "choose one of the list.",
    TEXT: "type something.",
    LINES: "type something.",
}


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else None


def _clock(text: str) -> int | None:
    found = CLOCK_TIME.match(text)
    minute = int(found[1]) * 60 + int(found[2]) if found else 1441
    return minute if minute <= 1440 else None


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _text(text: str) -> str | None:
    return text.replace("\r\n", "\n") or None


class Change(Protocol):
    def __call__(self, *, site: Site, name: str, value: Any, reason: str, by: StaffUser, at: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Source:
    """The settings of one app. values: by name, of a site; change: the action that sets one of them."""

    settings: tuple[Setting, ...]
    values: Callable[[Site], dict[str, Any]]
    change: Change


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of one clinic. last: the newest change; None where nobody changed it since changes are kept."""

    setting: Setting
    value: Any
    last: SettingChange | None

    @property
    def now(self) -> str:
        return self.setting.say(self.value)

    @property
    def typed(self) -> str:
        return self.setting.typed(self.value)

    @property
    def default(self) -> str:
        return self.setting.say(self.setting.default)

    @property
    def is_default(self) -> bool:
        return bool(self.value == self.setting.default)

    @property
    def before(self) -> str | None:
        """What a change back would type; None where there is nothing to go back to."""
        return self.setting.typed(self.last.before) if self.last and self.last.before != self.value else None

    @property
    def said_before(self) -> str:
        return self.setting.say(self.last.before) if self.last else ""


def sources() -> list[Source]:
    return [import_string(path) for path in settings.SITE_SETTINGS]


def setting_named(name: str) -> tuple[Source, Setting] | None:
    return next(((source, one) for source in sources() for one in source.settings if one.name == name), None)


def lines_of(site: Site) -> dict[str, list[Line]]:
    """Every setting of this clinic, by its group, with the newest change. A query an app, and one."""
    newest = SettingChange.objects.filter(site=site).select_related("by").order_by("name", "-pk").distinct("name")
    changes = {change.name: change for change in newest}
    found: dict[str, list[Line]] = {}
    for source in sources():
        values = source.values(site)
        for one in source.settings:
            found.setdefault(one.group, []).append(Line(one, values[one.name], changes.get(one.name)))
    return found


def fixed_rules() -> list[tuple[str, list[Rule]]]:
    """Numbers nobody published that are the same in every clinic: read only, by part of the product."""
    own = {one.rule for source in sources() for one in source.settings}
    rules = [
        rule
        for rule in registered_rules()
        if "default" in rule.source.lower() and NUMBER.search(rule.sentence) and rule.id not in own
    ]
    parts = {"kitclinic": "Access and tablets", "scheduling": "Enrolment and schedule"}
    parts |= {"infusions": "Orders and the chair", "outcomes": "Questions and outcomes"}
    return [(word, [one for one in rules if one.module.split(".")[0] == app]) for app, word in parts.items()]
