"""What a clinic set for its safety tasks: red flags, times, and who set them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from outcomes.models import RedFlag, SafetySettings
from outcomes.queries.instruments import askable
from outcomes.rules.safety import Flag, option_words
from outcomes.rules.safety_times import DEFAULTS, Times
from outcomes.rules.structure import Instrument, Item

ENDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One red flag in words. answers: those that raise a task; high: those of them that are high."""

    row: RedFlag
    question: str
    answers: tuple[str, ...]
    high: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagPage:
    """item_9: the question that always alerts, in words; standing: flags in force; ended: the newest past ones."""

    item_9: str
    standing: tuple[FlagLine, ...]
    ended: tuple[FlagLine, ...]


def times_of(site: Site) -> Times:
    """Return this clinic's times; those of the rules where nobody has set any. One query."""
    row = newest_settings(site)
    if row is None:
        return DEFAULTS
    return Times(
        raised_minutes=row.raised_minutes,
        high_minutes=row.high_minutes,
        again_minutes=row.again_minutes,
        second_line_hours=row.second_line_hours,
        pages_at_night=row.pages_at_night,
    )


def newest_settings(site: Site) -> SafetySettings | None:
    """Return the row that counts, with who wrote it."""
    rows = SafetySettings.objects.filter(site=site).select_related("written_by")
    return rows.order_by("-written_at", "-pk").first()


def flags_of(site: Site) -> tuple[Flag, ...]:
    """Return the red flags that have not ended. One query."""
    rows = RedFlag.objects.filter(site=site, ended_at=None).order_by("pk")
    return tuple(Flag(row.instrument, row.item, row.from_value, row.high_from, row.because) for row in rows)


def instruments_here(site: Site, *, today: date) -> dict[str, Instrument]:
    """Return the instruments this clinic can ask now, by name."""
    return {name: one.instrument for name, one in askable(site, today=today).items() if one.instrument}


def flag_page(site: Site, *, today: date) -> FlagPage:
    """Return the red flags in words. A flag on an instrument that cannot be asked any more keeps its numbers."""
    here = instruments_here(site, today=today)
    rows = list(RedFlag.objects.filter(site=site).select_related("written_by", "ended_by").order_by("-pk"))
    phq = here.get("PHQ-9")
    return FlagPage(
        item_9=phq.item(phq.safety_item).text if phq else "",
        standing=tuple(_lines((row for row in rows if row.ended_at is None), here)),
        ended=tuple(_lines([row for row in rows if row.ended_at is not None][:ENDED_SHOWN], here)),
    )


def _lines(rows: Iterable[RedFlag], here: dict[str, Instrument]) -> Iterable[FlagLine]:
    for row in rows:
        item = item_of(here.get(row.instrument), row.item)
        values = sorted(option.value for option in item.options) if item else [row.from_value]
        flagged = [value for value in values if value >= row.from_value]
        high = [value for value in flagged if row.high_from is not None and value >= row.high_from]
        yield FlagLine(
            row,
            item.text if item else f"Question {row.item}, which cannot be asked here now",
            tuple(_words(item, value) for value in flagged),
            tuple(_words(item, value) for value in high),
        )


def item_of(instrument: Instrument | None, number: int) -> Item | None:
    """Return a question of an instrument; None where there is none of that number."""
    if instrument is None or not 1 <= number <= len(instrument.items):
        return None
    return instrument.item(number)


def _words(item: Item | None, value: int) -> str:
    return option_words(item, value) if item else str(value)
