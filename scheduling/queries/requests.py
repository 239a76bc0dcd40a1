"""Everybody who waits for five days, with what they asked for."""

from dataclasses import dataclass
from datetime import datetime

from kitclinic.models import Site
from scheduling.models import Sequence
from scheduling.queries.protocols import protocol_choices, slug_of
from scheduling.queries.waiting import Request, requests_of
from scheduling.queries.wishes import wish_of
from scheduling.rules.protocols import STANDARD
from scheduling.rules.visits import ASKING
from scheduling.rules.wishes import wish_words
from scheduling.states import SequenceState


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One person who waits. asked: the request or hold, None where nobody has asked for a wish yet.

    protocol: the name of the one that is asked for, "" for the standard.
    """

    request: Request
    asked: Sequence | None
    protocol: str = ""

    @property
    def wish(self) -> str:
        """Return the wish in words, "" without one."""
        wish = wish_words(wish_of(self.asked)) if self.asked else ""
        return " · ".join(filter(None, (self.protocol, wish)))

    @property
    def is_held(self) -> bool:
        return self.asked is not None and self.asked.state == SequenceState.HELD

    @property
    def opens_offers(self) -> bool:
        """Whether starts can be offered now: nothing else has to happen first."""
        return self.request.opens_offers


def request_lines(site: Site, *, at: datetime) -> list[RequestLine]:
    """Return who waits, the longest first; a hold first of all, because it runs out. Eight queries."""
    waiting = requests_of(site, today=site.today(at))
    rows = Sequence.objects.filter(site=site, state__in=ASKING).select_related("protocol")
    asked = {row.patient_id: row for row in rows}
    names = {choice.slug: choice.name for choice in protocol_choices(site)} | {STANDARD: ""}
    lines = []
    for one in waiting:
        row = asked.get(one.patient.pk)
        lines.append(RequestLine(one, row, names.get(slug_of(row), "")))
    return sorted(lines, key=lambda line: not line.is_held)
