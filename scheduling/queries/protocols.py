"""The protocols a clinic works by: the standard and its own."""

from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from scheduling.models import ProtocolVersion, Sequence
from scheduling.rules.protocols import STANDARD, STANDARD_NAME
from scheduling.rules.visits import ASKING

NUMBERS = ("no", "one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Choice:
    """One protocol to choose. from_day: the first day on which a sequence may take it; None: any."""

    slug: str
    name: str
    days: int
    from_day: date | None = None

    @property
    def label(self) -> str:
        """Return "Four days, from 1 Dec 2026"."""
        counted = "1 day" if self.days == 1 else f"{self.days} days"
        since = f", from {self.from_day.day} {self.from_day:%b %Y}" if self.from_day else ""
        return f"{self.name} · {counted}{since}"

    @property
    def all_days(self) -> str:
        """Return "all five days", "the one day"."""
        return "the one day" if self.days == 1 else f"all {NUMBERS[self.days]} days"


PUBLISHED_CHOICE = Choice(STANDARD, STANDARD_NAME, 5)


def protocol_choices(site: Site) -> tuple[Choice, ...]:
    """Return every protocol of a clinic, the standard first, each called as its first version. One query."""
    rows = ProtocolVersion.objects.filter(site=site).exclude(protocol=STANDARD).order_by("number")
    found: dict[str, Choice] = {}
    for row in rows:
        known = found.get(row.protocol)
        begins = min(known.from_day or row.valid_from, row.valid_from) if known else row.valid_from
        found[row.protocol] = Choice(row.protocol, known.name if known else row.name, row.days, begins)
    return (PUBLISHED_CHOICE, *found.values())


def choice_of(choices: tuple[Choice, ...], slug: str) -> Choice:
    """Return the protocol with this slug; the standard for one that does not exist here."""
    return next((one for one in choices if one.slug == slug), choices[0])


def slug_of(sequence: Sequence | None) -> str:
    """Return the protocol of a sequence. Needs ``protocol`` loaded."""
    return sequence.protocol.protocol if sequence and sequence.protocol else STANDARD


def asked_protocol(patient_pk: int, *, site: int) -> str:
    """Return the protocol that the patient's request or hold asks for."""
    rows = Sequence.objects.filter(site=site, patient=patient_pk, state__in=ASKING, protocol__isnull=False)
    return rows.values_list("protocol__protocol", flat=True).first() or STANDARD
