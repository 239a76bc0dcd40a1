"""Random bodies for every form and every address: text a browser can send, and numbers and dates at their ends."""

import importlib
import inspect
import pkgutil
import random
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms as django_forms
from django.core.signals import got_request_exception
from django.http import QueryDict

from tests.journeys.steps import DAY_1
from tests.web.routes import Here, Route, undone

APPS = ("kitclinic", "scheduling", "infusions", "outcomes")
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud7ff\ufffe\uffff",
    "\u202etxet\u202c",
    "مرحبا",
    "\U0001f9ea" * 30,
    "x" * 10_001,
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "=1+1",
    "%s%(x)s{0}",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "on",
    "true",
    "None",
    "null",
    "[]",
    "{}",
    '{"a": [1, "\\u0000"]}',
    "[[[[[[]]]]]]",
)
NUMBERS = (
    "0",
    "1",
    "-1",
    "2",
    "7",
    "540",
    "1e309",
    "1e-999",
    "9" * 10,
    "9" * 19,
    "9" * 40,
    "9" * 5_000,
    str(2**31 - 1),
    str(2**31),
    str(2**63 - 1),
    str(2**63),
    str(-(2**63) - 1),
    "0.1",
    "82.5",
    "-0",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1_000",
    "1,5",
    "٣",
    "½",
    "0x10",
)
DATES = (
    "0000-00-00",
    "0001-01-01",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "9999-12-31 23:59:59",
    "10000-01-01",
    "2026-02-30",
    "2026-09-14",
    "2026-09-14T09:30",
    "1969-12-31",
    "1900-01-01",
    "25:61",
    "00:00",
    "23:59",
    "09:00",
    "1-W",
    "2026-W38",
    "20260914",
)
KEYS = ("00000000-0000-0000-0000-000000000000", "8c7c9e1a-3c43-4a3f-9d1f-0a2b3c4d5e6f", "x" * 36)
VALUES = TEXTS + NUMBERS + DATES + KEYS


@dataclass
class Found:
    """errors: what broke -> one body that breaks it; statuses: how the posts were answered, and how often."""

    tried: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)


def form_classes() -> dict[str, type[django_forms.BaseForm]]:
    """Every form class of the product."""
    found: dict[str, type[django_forms.BaseForm]] = {}
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if "migrations" in module.name or ".management." in module.name:
                continue
            loaded = importlib.import_module(module.name)
            for name, thing in vars(loaded).items():
                is_form = inspect.isclass(thing) and issubclass(thing, django_forms.BaseForm)
                if is_form and thing.__module__.split(".")[0] in APPS:
                    found[f"{thing.__module__}.{name}"] = thing
    return found


def fields_of_forms() -> dict[str, set[str]]:
    return {name: set(form.base_fields) for name, form in form_classes().items()}  # type: ignore[attr-defined]


FIELD_NAMES: set[str] = set()


def field_names() -> list[str]:
    if not FIELD_NAMES:
        FIELD_NAMES.update(*fields_of_forms().values())
        FIELD_NAMES.update(
            {"next", "typed", "key", "patient", "group", "other", "answer", "chair", "theme", "q", "value"}
        )
    return sorted(FIELD_NAMES)


def valid_choice(one: Any, chance: random.Random) -> str | None:
    choices = [value for value, _ in getattr(one, "choices", None) or [] if isinstance(value, str | int)]
    return str(chance.choice(choices)) if choices else None


def posted(one: Any, chance: random.Random) -> str:
    """One value for this field: often what it offers itself, so that the next fields are reached."""
    offered = valid_choice(one, chance) if chance.random() < 0.6 else None
    if offered is not None:
        return offered
    kinds: list[tuple[type[Any], tuple[str, ...]]] = [
        (django_forms.DateTimeField, DATES),
        (django_forms.DateField, DATES),
        (django_forms.TimeField, DATES),
        (django_forms.IntegerField, NUMBERS),
        (django_forms.UUIDField, KEYS),
    ]
    likely = next((values for kind, values in kinds if isinstance(one, kind)), VALUES)
    return chance.choice(likely if chance.random() < 0.7 else VALUES)


def body(fields: dict[str, Any], chance: random.Random) -> dict[str, list[str]]:
    return {
        name: [posted(one, chance) for _ in range(chance.choice((1, 1, 1, 2)))] for name, one in fields.items()
    }


def broken(error: BaseException) -> str:
    """What broke and where, without what it said."""
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if any(f"/{app}/" in one.filename for app in APPS)
    ]
    ours = [one for one in frames if "site-packages" not in one.filename and "/tests/" not in one.filename]
    last = ours[-1] if ours else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, {'/'.join(last.filename.split('/')[-3:])}:{last.lineno}"


def run(
    here: Here, every: list[Route], *, rounds: int, seed: int, say: Callable[[str], None] | None = None
) -> Found:
    """Post random bodies to every address as somebody who may; nothing stays written."""
    chance, found, caught = random.Random(seed), Found(), []

    def note(sender: Any, **kwargs: Any) -> None:
        caught.append(sys.exc_info()[1])

    got_request_exception.connect(note)
    try:
        for route in every:
            client = here.client("" if not route.any_of else route.role)
            address = here.address(route)
            fields = fields_of(client, address)
            for _ in range(rounds):
                sent = body(fields, chance) | {
                    name: [chance.choice(VALUES)] for name in chance.sample(field_names(), 6)
                }
                htmx = {"HX-Request": "true"} if chance.random() < 0.4 else {}
                caught.clear()
                with undone():
                    found.statuses[client.post(address, sent, headers=htmx).status_code] += 1
                    query = QueryDict(mutable=True)
                    for name, values in sent.items():
                        query.setlist(name, values)
                    if len(query.urlencode()) < 8_000:
                        client.get(f"{address}?{query.urlencode()}", headers=htmx)
                found.tried += 1
                for error in caught:
                    where = f"{route.name}: {broken(error)}"
                    if where not in found.errors:
                        found.errors[where] = f"{str(error)[:200]} <- {str(sent)[:300]}"
                        if say:
                            say(f"{where}\n    {found.errors[where]}")
    finally:
        got_request_exception.disconnect(note)
    return found


def fields_of(client: Any, address: str) -> dict[str, Any]:
    """The fields of the forms that this page shows, by its own forms where it renders any."""
    with undone():
        answer = client.get(address)
    context = getattr(answer, "context", None)
    fields: dict[str, Any] = {}
    for one in context or []:
        for values in getattr(one, "dicts", [one]):
            for thing in values.values():
                if isinstance(thing, django_forms.BaseForm):
                    fields |= dict(thing.fields)
    return fields


def forms(here: Here, *, rounds: int, seed: int) -> tuple[int, dict[str, str]]:
    """Validate random bodies with every form that can be made without more. Returns how many, and what broke."""
    chance, tried, wrong = random.Random(seed), 0, {}
    at = here.site.instant(DAY_1, 570)
    extra = {"site": here.site, "patient": here.patient, "user": here.people["nurse"], "at": at}
    for name, form in form_classes().items():
        wanted = [key for key in inspect.signature(form).parameters if key in extra]
        for _ in range(rounds):
            sent = QueryDict(mutable=True)
            for key, values in body(dict(form.base_fields), chance).items():  # type: ignore[attr-defined]
                sent.setlist(key, values)
            try:
                made = form(sent, **{key: extra[key] for key in wanted})
            except TypeError:
                break  # needs what only its page has; its page is fuzzed
            tried += 1
            try:
                with undone():
                    made.is_valid()
            except Exception as error:
                wrong.setdefault(f"{name}: {broken(error)}", f"{str(error)[:150]} <- {str(sent)[:300]}")
    return tried, wrong
