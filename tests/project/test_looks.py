"""ACC-10: every page of staff says whose record it shows, or why it shows none."""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from kitclinic.looks import Act, NoLook, looks
from kitclinic.models.audit import LOOKED


def methods_of(view: Any) -> list[str] | None:
    """The methods a view answers, where a decorator says so; None for all."""
    found: Callable[..., Any] | None = view
    while found is not None:
        names = found.__code__.co_freevars
        if "request_method_list" in names and found.__closure__:
            return list(found.__closure__[names.index("request_method_list")].cell_contents)
        found = getattr(found, "__wrapped__", None)
    return None


def pages() -> Iterator[tuple[str, URLPattern]]:
    """Every address of an app that shows something to staff."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver):
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                reads = methods_of(pattern.callback)
                if hasattr(pattern.callback, "any_of") and (reads is None or "GET" in reads):
                    yield f"{resolver.namespace}:{pattern.name}", pattern


def test_acc_10_every_page_says_what_it_shows_of_patients_or_why_nothing() -> None:
    missing = [name for name, _ in pages() if name not in looks()]
    assert missing == [], "Name the page in looks.py of its app: chart, listed, printed, exported or NoLook(why)."
    gone = sorted({name for name in looks() if ":" in name} - {name for name, _ in pages()})
    assert gone == []


def test_acc_10_a_page_that_names_a_row_leads_from_it_to_the_patient() -> None:
    for name, pattern in pages():
        look, values = looks()[name], pattern.pattern.converters
        if isinstance(look, NoLook):
            assert len(look.why) > 10, name
        elif look.rows:
            assert look.key in values, name
            assert _leads_to_a_patient(apps.get_model(look.rows), look.to_patient), name


def _leads_to_a_patient(model: type[Model], way: str) -> bool:
    """Whether these steps of foreign keys end at the key of a patient."""
    if way == "pk":
        return model._meta.label == "scheduling.Patient"
    for step in way.removesuffix("_id").split("__"):
        found = model._meta.get_field(step).related_model
        assert isinstance(found, type)
        assert issubclass(found, Model)
        model = found
    return model._meta.label == "scheduling.Patient"


def test_a_page_with_a_patient_in_its_address_is_never_without_a_line() -> None:
    assert [
        name
        for name, pattern in pages()
        if isinstance(looks()[name], NoLook) and {"patient_pk", "visit_pk"} & pattern.pattern.converters.keys()
    ] == []
    of_patients = [name for name, pattern in pages() if str(pattern.pattern).startswith("patients/<int:")]
    assert len(of_patients) > 20
    assert [name for name in of_patients if not getattr(looks()[name], "rows", "")] == []


def test_the_words_of_the_trail_never_change() -> None:
    assert tuple(LOOKED) == tuple(act.value for act in Act)
