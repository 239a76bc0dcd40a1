"""Finding patients by part of a name, by birth date or by record number, among a hundred thousand.

The index ``patient_search`` holds the pieces of every patient's search text: each pair and each
three of neighbouring letters, and the first letter of each word. A word that was typed is taken
apart the same way; whoever has all its pieces is compared exactly.

A broad word fits thousands of records, and counting and sorting them all takes longer than typing
the next letter. So no more than ``ENOUGH`` are counted; beyond that the likeliest kinds of hits are
looked up one after the other, each no further than the list is long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Collate

from kitclinic.models import Site
from scheduling.models import Patient, SearchedPatient, SearchGrams
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.search import Search, read_search

MOST = 20  # records shown, a screenful: whoever wants another one types more
ENOUGH = 200  # records counted; nobody looks through more


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found. through: number of the merged record by which the kept one was found, or ""."""

    patient: Patient
    through: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest first. total: records that match, ENOUGH where there are more than that; more: not shown.

    too_many: there are more than total says.
    """

    hits: tuple[Hit, ...]
    total: int
    more: int
    too_many: bool = False


class HasGrams(Func):
    """Whether the search text has all these pieces: answered by the index alone."""

    template = "%(expressions)s"
    arg_joiner = " @> "
    output_field = BooleanField()


def everybody(*, site: Site) -> QuerySet[Patient]:
    """Return every patient, the newest first; a merged record is no patient of its own."""
    return Patient.objects.filter(site=site, merged_into__isnull=True).order_by("-created_at", "-pk")


def find(*, site: Site, text: str, today: date, most: int = MOST, enough: int = ENOUGH) -> Found:
    """Return who matches everything that was typed. Three queries; up to seven for a broad word."""
    search = read_search(text, today=today)
    if search.is_empty:
        return Found((), 0, 0)
    wanted = read_words(search)
    matches = matching(site=site, wanted=wanted)
    # Only keys are counted and sorted; the rows themselves are fetched for those that are shown.
    keys = few_ranked(matches, wanted, enough + 1).annotate(total=Window(Count("pk"))).values_list("pk", "total")
    shown = list(keys[:most])
    total = shown[0][1] if shown else 0
    chosen = [pk for pk, _ in shown]
    if total > enough:
        chosen = _likeliest(matches, wanted, most)
    total, too_many = min(total, enough), total > enough
    return Found(tuple(_hits(site, chosen)), total, max(0, total - len(chosen)), too_many)


def _hits(site: Site, keys: list[int]) -> list[Hit]:
    """The records in this order; a merged one leads to the kept one, which is listed once."""
    rows = Patient.objects.filter(site=site).select_related("merged_into").in_bulk(keys)
    hits: dict[int, Hit] = {}
    for pk in keys:
        row = rows[pk]
        patient = row.merged_into or row
        through = row.record_number if row.merged_into else ""
        hits.setdefault(patient.pk, Hit(patient, through))
    return list(hits.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as the search text writes it. exact: the record number if this is a whole one."""

    words: tuple[str, ...]
    births: tuple[date, ...]
    number: str
    exact: str


def read_words(search: Search) -> Wanted:
    """Return a search with its words folded. One query."""
    words = folded([*search.words, search.number])
    exact = tidy_record_number("".join(search.words) or search.number)
    return Wanted(tuple(word for word in words[:-1] if word), search.births, words[-1], exact)


def matching(*, site: Site, wanted: Wanted) -> QuerySet[SearchedPatient]:
    """Return the records that match, merged ones too, in no order."""
    rows = SearchedPatient.objects.filter(site=site)
    if not (wanted.words or wanted.births):  # only signs that no name has
        return rows.none()
    if wanted.births:
        born = Q(birth_date__in=wanted.births)
        rows = rows.filter(born | _has(wanted.number)) if wanted.number else rows.filter(born)
    for word in wanted.words:
        rows = rows.filter(_has(word))
    return rows


def few_ranked(matches: QuerySet[SearchedPatient], wanted: Wanted, most: int) -> QuerySet[Patient]:
    """Return no more than this many of the matches: the exact number, then names by their beginning."""
    ranks = [When(record_number=wanted.exact, then=Value(0))]
    if wanted.words:
        ranks += [
            When(search_text__startswith=f" {wanted.words[0]}", then=Value(1)),
            When(search_text__contains=f" {wanted.words[0]}", then=Value(2)),
        ]
    rank = Case(*ranks, default=Value(3), output_field=IntegerField())
    few = Patient.objects.filter(pk__in=matches.order_by().values("pk")[:most])
    return few.alias(rank=rank).order_by("rank", "family_name", "given_name", "pk")


def tiers(
    matches: QuerySet[SearchedPatient], wanted: Wanted, most: int
) -> Iterator[QuerySet[SearchedPatient] | QuerySet[Patient]]:
    """Return the kinds of hits of a broad search, the likeliest first, each no longer than ``most``.

    The record number; family names that begin with the first word, from A on; other names that begin
    with it; whoever has it somewhere. Of the last two whichever the index gives first.
    """
    yield matches.filter(record_number=wanted.exact)
    if wanted.words:
        yield family_names(matches, wanted)[:most]
        yield few_ranked(matches.filter(_begins(wanted.words[0])), wanted, most)
    yield few_ranked(matches, wanted, most)


def family_names(matches: QuerySet[SearchedPatient], wanted: Wanted) -> QuerySet[SearchedPatient]:
    """Return the matches whose family name begins with the first word, by name: read off an index in order."""
    by_name = Collate("search_text", "C")
    rows = matches.alias(by_name=by_name).filter(by_name__startswith=f" {wanted.words[0]}")
    return rows.order_by("site", "by_name")  # ends with the record number, so no two are equal


def _likeliest(matches: QuerySet[SearchedPatient], wanted: Wanted, most: int) -> list[int]:
    """Keys of the first records of a broad search."""
    found: dict[int, None] = {}
    for rows in tiers(matches, wanted, most):
        found |= dict.fromkeys(rows.values_list("pk", flat=True))
        if len(found) >= most:
            break
    return list(found)[:most]


def folded(words: list[str]) -> list[str]:
    """Return words as the search text writes them; a hyphen or an apostrophe inside one is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(kitclinic_fold(word) ORDER BY place) FROM unnest(%s::text[]) WITH ORDINALITY "
            "AS typed (word, place)",
            [words],
        )
        row = cursor.fetchone()
    return list(row[0]) if row and row[0] else []


def grams_of(word: str) -> list[str]:
    """Return the pieces of a folded word that the index is asked for.

    Three letters and more: every three neighbours. Two: the pair. One letter: a word that begins with it,
    for nearly everybody has it somewhere.
    """
    if len(word) == 1:
        return [f" {word}"]
    return sorted({word[start : start + 3] for start in range(max(1, len(word) - 2))})


def _has(word: str) -> Q:
    """The word stands in the search text: pieces by the index, then letter by letter."""
    piece = f" {word}" if len(word) == 1 else word
    return _has_pieces(grams_of(word), piece)


def _begins(word: str) -> Q:
    """A word of the search text begins with this one."""
    return _has_pieces([f" {word[0]}", *grams_of(word)], f" {word}")


def _has_pieces(grams: list[str], text: str) -> Q:
    pieces = Value(grams, output_field=ArrayField(TextField()))
    return Q(HasGrams(SearchGrams(F("search_text")), pieces)) & Q(search_text__contains=text)
