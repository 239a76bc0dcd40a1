"""Every route of the product by its name, those of included files too."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def routes(patterns: list[Any] | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every route; space: what stands before the name, "outcomes:"."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", pattern


ROUTES = dict(routes())


def is_gated(name: str) -> bool:
    """Whether only staff reach it, behind ``@requires``."""
    return hasattr(ROUTES[name].callback, "any_of")
