"""The opening list of today: what was checked, by whom and when; what is computed; whether the suite is open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from infusions.models import Count, Movement, OpeningCheck, Vault
from infusions.queries.ledger import OF_A_VIAL
from infusions.rules.opening import CHECKED_BY_HAND, OpeningFacts, here_without_a_gap, opening_problems
from infusions.states import OpeningItem
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Problem
from scheduling.models import CallOut, ProviderPresence
from scheduling.queries.floor import nurses_on_floor, providers_on_site

COUNT, NURSES = "count", "nurses"  # lines that are computed, beside the items somebody checks


Floor = tuple[list[ProviderPresence], list[StaffUser]]  # providers on site, nurses on the floor


@dataclass(frozen=True)
class Line:
    """One line of the list. said: what is known, by whom and when. wrong: somebody found it not in order."""

    code: str
    word: str
    done: bool
    said: str
    wrong: bool = False

    @property
    def by_hand(self) -> bool:
        return self.code not in (COUNT, NURSES)


@dataclass(frozen=True)
class Opening:
    """The list of one clinic day as it stands."""

    today: date
    lines: tuple[Line, ...]
    facts: OpeningFacts
    providers: tuple[StaffUser, ...]  # on site now by the roster
    latest: int  # id of the newest check, 0 without one

    @property
    def complete(self) -> bool:
        return all(line.done for line in self.lines)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(line.word for line in self.lines if not line.done)

    @property
    def problems(self) -> list[Problem]:
        return opening_problems(self.facts)


def opening_of(site: Site, at: datetime, *, floor: Floor | None = None) -> Opening:
    """Read the list of the clinic day of ``at``. floor: where the page has read it already."""
    today = site.today(at)
    newest = newest_checks(site, today)
    counts, uncounted = _counted(site, today)
    present, nurses = floor or floor_of(site, at)
    attested = newest.get(OpeningItem.PROVIDER)
    holds = attested is not None and attested.in_order and _still_here(attested, site, at)
    left = attested is not None and attested.in_order and not holds
    wrong = tuple(
        f"{check.get_item_display()} not in order, {_who(check, site)}: {_full_stop(check.note)}"
        for check in newest.values()
        if not check.in_order
    )
    facts = OpeningFacts(
        unchecked=tuple(str(item.label).lower() for item in CHECKED_BY_HAND if item not in newest),
        wrong=wrong,
        uncounted=tuple(vault.name for vault in uncounted),
        provider_here=bool(present),
        attested=holds or (attested is not None and not attested.in_order),
        attested_before=attested.provider.name if attested and attested.provider and left else "",
        nurses=len(nurses),
    )
    lines = [_checked(item, newest.get(item), site) for item in CHECKED_BY_HAND]
    lines.append(Line(COUNT, "Ledger count", not uncounted, _count_words(counts, uncounted, site)))
    lines.append(Line(NURSES, "Nurses on the floor", bool(nurses), _floor_words(nurses)))
    lines.append(_provider(attested, holds=holds, here=[row.provider for row in present], site=site))
    people = {row.provider_id: row.provider for row in present}
    latest = max((check.pk for check in newest.values()), default=0)
    return Opening(today, tuple(lines), facts, tuple(people.values()), latest)


def floor_of(site: Site, at: datetime) -> Floor:
    """Who is on site and on the floor at this minute."""
    return providers_on_site(site, at), [shift.nurse for shift in nurses_on_floor(site, at)]


def newest_checks(site: Site, today: date) -> dict[str, OpeningCheck]:
    """The newest check of each item on this day, by item."""
    rows = OpeningCheck.objects.filter(site=site, date=today).select_related("by", "provider").order_by("at", "pk")
    return {row.item: row for row in rows}


def checks_of(site: Site, today: date) -> list[OpeningCheck]:
    """Every check of the day, the newest first."""
    rows = OpeningCheck.objects.filter(site=site, date=today).select_related("by", "provider")
    return list(rows.order_by("-at", "-pk"))


def uncounted_vaults(site: Site, today: date) -> list[Vault]:
    """The vaults that held something when this day began and are not counted yet."""
    return _counted(site, today)[1]


def _counted(site: Site, today: date) -> tuple[list[Count], list[Vault]]:
    """Today's newest count of each vault, and the vaults that held something this morning and have none."""
    begins, ends = site.instant(today, 0), site.instant(today + timedelta(days=1), 0)
    rows = Count.objects.filter(site=site, at__gte=begins, at__lt=ends).select_related("vault", "by")
    counts = {row.vault_id: row for row in rows.order_by("at", "pk")}
    others = list(Vault.objects.filter(site=site, in_use=True).exclude(pk__in=counts).order_by("name"))
    if not others:
        return list(counts.values()), []
    moved = Movement.objects.filter(site=site, vault__in=others, received_at__lt=begins)
    held = moved.order_by().values("vault_id").annotate(held=Sum(OF_A_VIAL)).filter(held__gt=0)
    holding = set(held.values_list("vault_id", flat=True))
    return list(counts.values()), [vault for vault in others if vault.pk in holding]


def _still_here(check: OpeningCheck, site: Site, at: datetime) -> bool:
    """Whether the provider who was seen is on site now and has not been away since."""
    spans = ProviderPresence.objects.filter(site=site, suite_day__date=check.date, provider=check.provider_id)
    outs = CallOut.objects.filter(
        site=site, suite_day__date=check.date, person=check.provider_id, taken_back_at=None
    )
    return here_without_a_gap(_instants(check, site, spans), _instants(check, site, outs), since=check.at, now=at)


def _instants(check: OpeningCheck, site: Site, rows: QuerySet[Any]) -> list[tuple[datetime, datetime]]:
    """Spans of the roster as instants: minutes after midnight run back in the night of the change in autumn."""
    minutes = rows.values_list("from_minute", "to_minute")
    return [(site.instant(check.date, first), site.instant(check.date, last)) for first, last in minutes]


def _who(check: OpeningCheck, site: Site) -> str:
    return f"{site.clock(check.at)}, {check.by.name}"


def _full_stop(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _checked(item: OpeningItem, check: OpeningCheck | None, site: Site) -> Line:
    word = str(item.label)
    if check is None:
        return Line(item.value, word, done=False, said="Not checked today")
    if check.in_order:
        said = f"In order, {_who(check, site)}"
        return Line(item.value, word, done=True, said=f"{said}. {check.note}" if check.note else said)
    said = f"Not in order, {_who(check, site)}: {check.note}"
    return Line(item.value, word, done=False, said=said, wrong=True)


def _provider(attested: OpeningCheck | None, *, holds: bool, here: list[StaffUser], site: Site) -> Line:
    item = OpeningItem.PROVIDER
    word, names = str(item.label), ", ".join(dict.fromkeys(person.name for person in here))
    by_roster = f"By the roster {names}." if here else "By the roster nobody is on site now."
    if attested is None:
        return Line(item.value, word, done=False, said=f"Nobody has been named today. {by_roster}")
    if not attested.in_order:
        said = f"Not in order, {_who(attested, site)}: {_full_stop(attested.note)} {by_roster}"
        return Line(item.value, word, done=False, said=said, wrong=True)
    seen = f"{attested.provider} seen {_who(attested, site)}"
    if holds:
        return Line(item.value, word, done=True, said=seen)
    return Line(item.value, word, done=False, said=f"{seen}; away since. {by_roster}")


def _count_words(counts: list[Count], uncounted: list[Vault], site: Site) -> str:
    if uncounted:
        return f"Not counted today: {', '.join(vault.name for vault in uncounted)}"
    if not counts:
        return "Nothing was in the vault this morning"
    return "; ".join(f"{row.vault.name} counted {site.clock(row.at)}, {row.by.name}" for row in counts)


def _floor_words(nurses: list[StaffUser]) -> str:
    names = ", ".join(dict.fromkeys(nurse.name for nurse in nurses))
    return names or "No trained nurse is on the floor by the roster"
