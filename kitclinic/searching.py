"""Searching without a name in an address: typed into a POST, and on the way on only as a sealed copy (WEB-01)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kitclinic.http import is_htmx
from kitclinic.sealed import seal, unseal
from kitclinic.web_rules import SEARCH_LASTS_S

PURPOSE, RECORD = "search", "record"
SEALED = "s"  # name in the address
MOST = 200  # characters


@dataclass(frozen=True, slots=True)
class Searched:
    """text: what was typed, "" for nothing; sealed: the copy for addresses; is_new: it came by POST just now."""

    text: str
    sealed: str
    is_new: bool

    @classmethod
    def of(cls, request: HttpRequest, field: str = "q") -> "Searched":
        """Read what is searched for; a sealed copy that is old or not ours is nothing."""
        if request.method == "POST":
            text = request.POST.get(field, "").strip()[:MOST]
            return cls(text, seal(text, purpose=PURPOSE) if text else "", is_new=not is_htmx(request))
        sealed = request.GET.get(SEALED, "")
        text = unseal(sealed, purpose=PURPOSE, within_s=SEARCH_LASTS_S) or "" if sealed else ""
        return cls(text, sealed if text else "", is_new=False)

    def page(self, request: HttpRequest) -> HttpResponse:
        """Go to the page of what was found: it can be reloaded, left and come back to."""
        return redirect(f"{request.path}?{urlencode({SEALED: self.sealed})}" if self.text else request.path)


def seal_record(number: str) -> str:
    """A record number as an address may carry it."""
    return seal(number, purpose=RECORD)


def read_record(sealed: str) -> str:
    """The record number of an address; one that is old or not ours is nobody's."""
    return unseal(sealed, purpose=RECORD, within_s=SEARCH_LASTS_S) or "?"
