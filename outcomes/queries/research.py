"""What a research export is made of, who is looked for in it, and the study that it is when it is read back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db.models import Q

from kitclinic.models import Site, StaffUser
from outcomes.queries.cohorts import Source
from outcomes.queries.study import Asked, Study, study_of
from outcomes.queries.table_1 import described
from outcomes.queries.table_rows import TABLE_2
from outcomes.research_file import Export, export_of, research_of
from outcomes.research_scan import fixed_words
from outcomes.rules.counted import counted
from outcomes.rules.definitions import Definitions
from outcomes.rules.histories import Ints, day_of
from outcomes.rules.identifiers import known_words
from outcomes.rules.research import OLDEST_SHOWN, Persons, Research, deidentified
from outcomes.rules.research_about import MODES, About, may_tell
from outcomes.rules.research_back import DAY_0, LEVELS, histories_back
from outcomes.rules.research_dictionary import DIAGNOSES, OTHER_DIAGNOSIS
from outcomes.rules.small_groups import SmallGroups, small_groups
from outcomes.rules.table_export import Table
from outcomes.rules.tallies import closed
from outcomes.rules.windows import WINDOWS
from scheduling.models import Patient, Referral, Visit
from scheduling.rules.protocols import STANDARD

PATIENT_TEXTS = ("record_number", "given_name", "family_name", "preferred_name", "phone", "email", "address")
REFERRAL_TEXTS = ("record_number", "given_name", "family_name", "phone", "email", "source", "source_phone")
AFTERWARDS = 1000  # days after the last row of a file at which its tables are counted


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave. aged: patients older than 90; own_category: those whose pain category becomes other."""

    patients: int
    infusions: int
    scores: int
    aged: int
    own_category: int
    small: SmallGroups

    @property
    def rows(self) -> int:
        return self.patients + self.infusions + self.scores


def persons_of(found: Study) -> Persons:
    """Return the patients of a study; a pain category outside Table 1 is other (OUT-49)."""
    members = np.flatnonzero(found.members)
    facts = described(found, members)
    names = [name if name in DIAGNOSES else OTHER_DIAGNOSIS for name in found.levels.diagnosis]
    places = np.array([*(DIAGNOSES.index(name) for name in names), -1])
    return Persons(
        of=members,
        age=facts.age,
        sex=facts.sex,
        race=facts.race,
        marital=facts.marital,
        diagnosis=places[facts.diagnosis],
        bmi_tenths=facts.bmi_tenths,
        charlson=facts.charlson,
    )


def leaving(found: Study) -> Leaving:
    """Return what an export of this study would hold, without making it."""
    persons = persons_of(found)
    here = research_rows(found, persons, ids=("",) * len(persons.of), order=np.arange(len(persons.of)))
    own = [name not in DIAGNOSES for name in found.levels.diagnosis]
    written = described(found, persons.of).diagnosis
    return Leaving(
        patients=len(persons.of),
        infusions=len(here.infusions["patient"]),
        scores=len(here.scores["patient"]),
        aged=int(np.count_nonzero(persons.age > OLDEST_SHOWN)),
        own_category=int(np.count_nonzero(np.array([*own, False])[written])),
        small=small_groups(persons),
    )


def research_rows(found: Study, persons: Persons, *, ids: tuple[str, ...], order: Ints) -> Research:
    """Return the de-identified rows of a study."""
    return deidentified(persons, found.kept.infusions, found.kept.scores, found.asked.as_of, ids=ids, order=order)


def research_export(found: Study, *, ids: tuple[str, ...], order: Ints) -> Export:
    """Return the export of a study. ids: one for each member; order: a random permutation of the members."""
    asked = found.asked
    research = research_rows(found, persons_of(found), ids=ids, order=order)
    about = About(
        source="registry" if asked.source.is_registry else "clinic",
        simulated=asked.source.is_simulated,
        protocol="published" if asked.protocol.slug == STANDARD else "another",
        as_of=asked.as_of,
        definitions=asked.definitions,
        filters=asked.filters,
        cut=found.cut,
        patients=len(research.ids),
        infusions=len(research.infusions["patient"]),
        scores=len(research.scores["patient"]),
        left_out=research.left_out,
        closed=_closed(found),
    )
    return export_of(research, about)


def _closed(found: Study) -> dict[str, dict[str, int | None]]:
    """Return mode -> window -> of how many patients or courses it had closed, where that may be told (OUT-52)."""
    told: dict[str, dict[str, int | None]] = {}
    nothing = found.kept.scores.where(np.zeros(len(found.kept.scores), dtype=bool))
    for mode in MODES:
        rows = counted(found.kept.infusions, nothing, found.asked.as_of, mode=mode)
        mine = rows.where(found.members[rows.rows.of])
        told[mode] = {
            window: may_tell(int(np.count_nonzero(closed(mine, window))), len(mine.rows)) for window in WINDOWS
        }
    return told


def study_back(export: Export, definitions: Definitions | None = None) -> Study:
    """Return the study that an export is, to be shown as any other. definitions: others than those of the file.

    Its days lie far from every calendar, and all its windows have closed.
    """
    about = export.about
    histories = histories_back(research_of(export))
    last = max([DAY_0, *(int(part.day.max()) for part in (histories.infusions, histories.scores) if len(part))])
    site = Site(slug="research", name="Research export", time_zone="UTC", is_demo=about.simulated)
    source = Source(site, "Research export", is_registry=True, is_simulated=about.simulated)
    asked = Asked(source, day_of(last + AFTERWARDS), definitions or about.definitions)
    return study_of(asked, histories, LEVELS)


def with_closed(table: Table, about: About, definitions: Definitions) -> Table:
    """Return Table 2 with the windows that had closed as the file tells them, blank where it does not (OUT-52)."""
    heading, rows = table
    told = about.closed[definitions.mode]
    place, window = TABLE_2.index("window_closed"), TABLE_2.index("window")
    return heading, [
        (*row[:place], "" if told[row[window]] is None else str(told[row[window]]), *row[place + 1 :])
        for row in rows
    ]


def who_is_looked_for(site: Site) -> frozenset[str]:
    """Return the words of every name, number and address on record at a clinic and its registries (OUT-54)."""
    clinic = site.registry_of or site
    return known_words(_texts(clinic), fixed_words())


def _texts(clinic: Site) -> Iterator[str]:
    using = settings.READING_DATABASE
    here = Q(site=clinic) | Q(site__registry_of=clinic)
    for row in Patient.objects.using(using).filter(here).values_list(*PATIENT_TEXTS).iterator():
        yield from row
    for row in Referral.objects.using(using).filter(here).values_list(*REFERRAL_TEXTS).iterator():
        yield from row
    drivers = Visit.objects.using(using).filter(here).exclude(driver_name="")
    for row in drivers.values_list("driver_name", "driver_phone").order_by().distinct().iterator():
        yield from row
    for row in StaffUser.objects.at(clinic, ended=True).using(using).values_list("name", "username").iterator():
        yield from row
    for place in Site.objects.using(using).filter(Q(pk=clinic.pk) | Q(registry_of=clinic)):
        yield from (place.name, place.phone, place.address)
