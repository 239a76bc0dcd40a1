"""Finding patients by part of a name, by birth date or by record number, among a hundred thousand.

The index ``patient_search`` holds the pieces of every patient's search text: each pair and each
three of neighbouring letters, and the first letter of each word. A word that was typed is taken
apart the same way; whoever has all its pieces is compared exactly.
"""

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

from kitclinic.models import Site
from scheduling.models import Patient, SearchGrams
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.search import Search, read_search

MOST = 50  # records shown; whoever wants another one types more


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found. through: number of the merged record by which the kept one was found, or ""."""

    patient: Patient
    through: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest first. total: records that match; more: those that are not shown."""

    hits: tuple[Hit, ...]
    total: int
    more: int


class HasGrams(Func):
    """Whether the search text has all these pieces: answered by the index alone."""

    template = "%(expressions)s"
    arg_joiner = " @> "
    output_field = BooleanField()


def everybody(*, site: Site) -> QuerySet[Patient]:
    """Return every patient, the newest first; a merged record is no patient of its own."""
    return Patient.objects.filter(site=site, merged_into__isnull=True).order_by("-created_at", "-pk")


def find(*, site: Site, text: str, today: date, most: int = MOST) -> Found:
    """Return who matches everything that was typed. Three queries, whatever the size of the registry."""
    search = read_search(text, today=today)
    if search.is_empty:
        return Found((), 0, 0)
    # Only keys are counted and sorted; the rows themselves are fetched for those that are shown.
    keys = matching(site=site, search=search).annotate(total=Window(Count("pk"))).values_list("pk", "total")
    shown = list(keys[:most])
    total = shown[0][1] if shown else 0
    rows = Patient.objects.filter(site=site).select_related("merged_into").in_bulk([pk for pk, _ in shown])
    hits: dict[int, Hit] = {}
    for pk, _ in shown:
        row = rows[pk]
        patient = row.merged_into or row
        through = row.record_number if row.merged_into else ""
        hits.setdefault(patient.pk, Hit(patient, through))
    return Found(tuple(hits.values()), total, total - len(shown))


def matching(*, site: Site, search: Search) -> QuerySet[Patient]:
    """Return the records that match, merged ones too: the exact number, then names by their beginning."""
    words = folded([*search.words, search.number])
    number, words = words[-1], [word for word in words[:-1] if word]
    rows = Patient.objects.filter(site=site)
    if not (words or search.births):  # only signs that no name has
        return rows.none()
    if search.births:
        born = Q(birth_date__in=search.births)
        rows = rows.filter(born | _has(number)) if number else rows.filter(born)
    for word in words:
        rows = rows.filter(_has(word))
    exact = tidy_record_number("".join(search.words) or search.number)
    ranks = [When(record_number=exact, then=Value(0))]
    if words:
        ranks += [
            When(search_text__startswith=f" {words[0]}", then=Value(1)),
            When(search_text__contains=f" {words[0]}", then=Value(2)),
        ]
    rank = Case(*ranks, default=Value(3), output_field=IntegerField())
    return rows.alias(rank=rank).order_by("rank", "family_name", "given_name", "pk")


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
    pieces = Value(grams_of(word), output_field=ArrayField(TextField()))
    piece = f" {word}" if len(word) == 1 else word
    return Q(HasGrams(SearchGrams(F("search_text")), pieces)) & Q(search_text__contains=piece)
