"""The licence behind installed content, and who may put content into use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

WARN_DAYS = 60  # PRO-51

ON_RECORD = Rule(
    "PRO-50",
    "Licensed content is installed only under a licence on record, with its holder, number or letter, scope, "
    "dates and who confirmed it, that is valid on the day.",
    source="HealthMeasures; Mapi Research Trust; outcomes reference, section 3",
)
LICENCE_ENDS = Rule(
    "PRO-51",
    "From 60 days before a licence ends its instruments are marked; after its last day they are not asked "
    "until a licence that renews it is on record.",
    source="clinic default",
)
TWO_PEOPLE = Rule(
    "PRO-63",
    "Imported content is asked of patients only after a second person activated it; who imported it does not.",
    source="outcomes reference, section 3: two-person activation",
)
NEWEST_COUNTS = Rule(
    "PRO-64",
    "Of several active versions the one imported last is asked; a questionnaire keeps the versions it was sent "
    "with; a version is taken out of use with a reason and never changed.",
    source="our rule",
)


Period = tuple[date, date | None]  # first and last day; None: without end


@dataclass(frozen=True, slots=True)
class Standing:
    """A licence on a day, with everything that renews it. ends: last day without a gap; days: left."""

    begins: date
    ends: date | None
    days: int | None

    @property
    def is_over(self) -> bool:
        return self.days is not None and self.days < 0

    @property
    def is_ending(self) -> bool:
        """60 days are left, or fewer (PRO-51)."""
        return self.days is not None and 0 <= self.days <= WARN_DAYS

    def holds_on(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends)


def standing(periods: Iterable[Period], *, today: date) -> Standing:
    """Return how a licence and its renewals stand today: 0 days are left on the last day.

    Of several stretches without a gap the one that holds today counts, else the last one that has begun, else
    the next. ValueError for no period.
    """
    stretches: list[Period] = []
    for begins, ends in sorted(periods, key=lambda period: period[0]):
        before = stretches[-1] if stretches else None
        if before is not None and (before[1] is None or begins <= before[1] + timedelta(days=1)):
            longest = None if before[1] is None or ends is None else max(before[1], ends)
            stretches[-1] = (before[0], longest)
        else:
            stretches.append((begins, ends))
    if not stretches:
        raise ValueError("a licence has a period")
    begun = [one for one in stretches if one[0] <= today]
    begins, ends = begun[-1] if begun else stretches[0]
    return Standing(begins, ends, None if ends is None else (ends - today).days)


def new_licence_problems(*, valid_from: date, expires_on: date | None, today: date) -> list[Problem]:
    """Return what speaks against recording a licence."""
    problems: list[Problem] = []
    if expires_on is not None and expires_on < valid_from:
        sentence = "A licence ends on or after the day it begins. Check the two dates."
        problems.append(Blocker(ON_RECORD.id, sentence, "expires_on"))
    elif expires_on is not None and expires_on < today:
        sentence = f"This licence ended on {expires_on:%d %b %Y}. Record the one that is valid now."
        problems.append(Blocker(ON_RECORD.id, sentence, "expires_on"))
    if valid_from > today + timedelta(days=366):
        sentence = "This licence begins in more than a year. Check the date."
        problems.append(Blocker(ON_RECORD.id, sentence, "valid_from"))
    return problems


def may_use(licence: Standing, *, today: date) -> list[Problem]:
    """Return what speaks against importing or activating content under a licence today (PRO-50, PRO-51)."""
    if licence.begins > today:
        sentence = f"The licence begins on {licence.begins:%d %b %Y}. Content is installed from that day on."
        return [Blocker(ON_RECORD.id, sentence, "licence")]
    if licence.is_over and licence.ends is not None:
        sentence = (
            f"The licence ended on {licence.ends:%d %b %Y}. Record the licence that renews it; "
            "until then the instrument is not asked."
        )
        return [Blocker(LICENCE_ENDS.id, sentence, "licence")]
    return []


def may_activate(*, is_importer: bool, importer: str, is_active: bool, newer: str) -> list[Problem]:
    """Return what speaks against activating a piece. newer: version of the same that is active and came later."""
    problems: list[Problem] = []
    if is_importer:
        sentence = (
            f"{importer} imported this, so somebody else activates it: a second person with the same right "
            "compares it with the licensed document."
        )
        problems.append(Blocker(TWO_PEOPLE.id, sentence))
    if is_active:
        problems.append(Blocker(NEWEST_COUNTS.id, "It is active already. Nothing was changed."))
    if newer:
        sentence = f"“{newer}” was imported later and is active; it would go on being asked. Retire it first."
        problems.append(Blocker(NEWEST_COUNTS.id, sentence))
    return problems


def may_retire(*, is_active: bool, is_retired: bool, reason: str) -> list[Problem]:
    """Return what speaks against taking a piece out of use."""
    problems: list[Problem] = []
    if is_retired and not is_active:
        problems.append(Blocker(NEWEST_COUNTS.id, "It is out of use already. Nothing was changed."))
    if len(reason.strip()) < 3:
        sentence = "Say why it goes out of use, for those who read this later."
        problems.append(Blocker(NEWEST_COUNTS.id, sentence, "reason"))
    return problems
