"""What the address asks of the outcomes pages: which source, which day, which definitions."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.http import Http404

from kitclinic.access import StaffRequest
from kitclinic.models import Site
from outcomes.queries.cohorts import Source, protocols_used, sources
from outcomes.queries.histories import levels_of
from outcomes.queries.study import Asked
from outcomes.rules.definitions import Definitions
from outcomes.rules.facts import Levels
from outcomes.rules.filters import Filters, filter_words
from outcomes.rules.registry import EARLIEST
from scheduling.models import Patient
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice, choice_of
from scheduling.rules.pain import diagnosis_words
from scheduling.rules.protocols import STANDARD


@dataclass(frozen=True, slots=True)
class Selection:
    """A valid choice. notices: what the address asked for and could not have, in sentences.

    protocols: to choose between, none where the source has used one only.
    """

    site: Site
    sources: tuple[Source, ...]
    asked: Asked
    levels: Levels
    notices: tuple[str, ...]
    protocols: tuple[Choice, ...] = ()

    @property
    def source(self) -> Source:
        return self.asked.source

    @property
    def as_of(self) -> date:
        return self.asked.as_of

    @property
    def definitions(self) -> Definitions:
        return self.asked.definitions

    @property
    def filters(self) -> Filters:
        return self.asked.filters

    @property
    def protocol(self) -> Choice:
        return self.asked.protocol

    @property
    def words(self) -> str:
        """Whom the filters ask for, for the head of a page or report; "" for everybody."""
        return filter_words(
            self.filters, sex=lambda value: str(Patient.Sex(value).label), diagnosis=diagnosis_words
        )


def selected(request: StaffRequest, at: datetime) -> Selection:
    """Read the address; a source that is not this clinic's answers 404."""
    site = request.user.site
    if site is None:
        raise Http404
    offered = sources(site)
    slug = request.GET.get("source") or max(offered, key=lambda found: found.scored).slug  # the first of equals
    source = next((found for found in offered if found.slug == slug), None)
    if source is None:
        raise Http404
    as_of, notices = _as_of(request.GET.get("as_of", ""), site.today(at))
    used = protocols_used(source)
    chosen = choice_of(used, request.GET.get("protocol", STANDARD)) if used else PUBLISHED_CHOICE
    levels = levels_of(source.site, using=settings.READING_DATABASE)
    named = request.GET.dict()
    filters = Filters.read(named, sexes=levels.sex, categories=levels.diagnosis)
    asked = Asked(source, as_of, Definitions.read(named), filters, chosen)
    return Selection(site, offered, asked, levels, notices, used)


def _as_of(asked: str, today: date) -> tuple[date, tuple[str, ...]]:
    if not asked:
        return today, ()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return today, ("The as-of date could not be read; write it as 2026-10-31. This is as of today.",)
    if day > today:
        return today, ("The as-of date was in the future. This is as of today.",)
    if day < EARLIEST:
        return today, (f"The as-of date was before {EARLIEST}. This is as of today.",)
    return day, ()
