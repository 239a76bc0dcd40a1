"""From HTTP to the clinic and back: reads never write, refusals become answers."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import DataError, IntegrityError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from kitclinic.aside import keep_refused
from kitclinic.db import explain
from kitclinic.foundation_rules import STA_02
from kitclinic.problems import Blocker, Conflict, Problem, Refused

READS = re.compile(r"^\s*(\(|SELECT|WITH|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT|EXPLAIN)\b", re.I)
WRITES_INSIDE = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|FOR\s+UPDATE)\b", re.I)
NOT_STORABLE = (
    "Something typed here cannot be stored: a hidden character, or a number far too long. "
    "Nothing was saved. Type it again."
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = ("GET", "HEAD", "POST")

GetResponse = Callable[[HttpRequest], HttpResponse]


class WriteOnRead(Exception):
    """A page that only shows something tried to change something."""


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Database wrapper that lets only reads through."""
    if not READS.match(sql) or WRITES_INSIDE.search(sql):
        raise WriteOnRead(f"A GET request may not write: {sql[:120]}")
    return execute(sql, params, many, context)


class ReadOnlyGetMiddleware:
    """GET and HEAD run with a database that refuses everything but reading."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS:
            return self.get_response(request)
        with connection.execute_wrapper(refuse_writes):
            return self.get_response(request)


class MethodsMiddleware:
    """Only GET, HEAD and POST mean anything here: every other method is answered 405, whoever asks."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            return self.get_response(request)
        return HttpResponseNotAllowed(METHODS)


class RefusalMiddleware:
    """A refusal that no view caught still becomes a sentence: 422, or 409 for a race that was lost."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return refusal(
                request, keep_refused(request, error), status=409 if isinstance(error, Conflict) else 422
            )
        if isinstance(error, IntegrityError):
            return refusal(request, (explain(error),), status=409)
        if isinstance(error, DataError):
            return refusal(request, (Blocker("", NOT_STORABLE),))
        return None


def refusal(request: HttpRequest, problems: tuple[Problem, ...], *, status: int = 422) -> HttpResponse:
    """The answer to a refused act: the list of problems, as a fragment or as a page."""
    template = "components/_problems.html" if is_htmx(request) else "refused.html"
    response = render(request, template, {"problems": problems, "came_from": _came_from(request)}, status=status)
    if is_htmx(request):
        response.headers["HX-Retarget"] = "#kc-problems"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _came_from(request: HttpRequest) -> str:
    """The page of this clinic that sent the form, "" where the browser does not say."""
    referer = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if here and referer != request.build_absolute_uri() else ""


def key_in(text: str | None) -> int:
    """The key that an address or a field names; 0, which nothing has, for what is none (no error, no row)."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def is_htmx(request: HttpRequest) -> bool:
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not getattr(htmx, "boosted", False)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page, or for htmx only its partial, which the page itself includes."""
    chosen = partial if partial and is_htmx(request) else template
    return render(request, chosen, context or {}, status=status)


def add_problems_to_form(form: Any, problems: tuple[Problem, ...]) -> None:
    """Show refusals at the form's own fields where they belong to one.

    Raises Conflict for an entry whose key was used for something else: that one is kept aside (STA-02).
    """
    raise_clash(problems)
    for problem in problems:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, problem.sentence)


def raise_clash(problems: tuple[Problem, ...]) -> None:
    """Raise Conflict for an entry whose key was used for something else: RefusalMiddleware keeps it aside."""
    if any(problem.rule == STA_02.id for problem in problems):
        raise Conflict(problems)


def say(request: HttpRequest, sentence: str) -> None:
    """Tell the person, on the next page, what has been committed."""
    messages.success(request, sentence)
