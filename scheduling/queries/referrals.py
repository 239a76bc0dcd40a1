"""The referral inbox: who waits, how long, who is meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from kitclinic.models import Site, Transition
from scheduling.models import Patient, Referral
from scheduling.queries.patients import people_like, person_of
from scheduling.rules.identity import Match, Person, tidy_record_number
from scheduling.rules.referral_match import OPEN, KnownReferral, name_key
from scheduling.rules.referrals import NewReferral, NextAct, days_in_state, days_in_words, next_act
from scheduling.states import ReferralState

COMPARED = (
    "pk",
    "family_name",
    "given_name",
    "birth_date",
    "record_number",
    "received_on",
    "source",
    "state",
)
MOST_ALIKE = 20  # patients with the same family name, where the referral gives no birth date


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox. days: in the present state."""

    referral: Referral
    days: int
    next: NextAct

    @property
    def waits(self) -> str:
        return days_in_words(self.days)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a referral's history. at, by, reason as written; what: the state in words."""

    what: str
    at: datetime
    by: str
    reason: str


def find_referrals(*, site: Site, query: str) -> QuerySet[Referral]:
    """Return the referrals whose name, record number or source holds every word."""
    found = Referral.objects.filter(site=site)
    for word in query.replace(",", " ").split():
        named = Q(family_name__icontains=word) | Q(given_name__icontains=word) | Q(source__icontains=word)
        found = found.filter(named | Q(record_number__icontains=tidy_record_number(word)))
    return found


def state_counts(found: QuerySet[Referral]) -> dict[str, int]:
    """Return how many referrals stand in each state."""
    return dict(found.order_by().values_list("state").annotate(Count("pk")))


def in_state(found: QuerySet[Referral], state: str) -> QuerySet[Referral]:
    """Return the referrals of one state: open ones oldest first, decided ones with the last decision first."""
    rows = found.filter(state=state).select_related("patient", "decided_by")
    return rows.order_by("received_on", "pk") if state in OPEN else rows.order_by("-decided_at", "-pk")


def inbox_rows(referrals: Iterable[Referral], *, site: Site, at: datetime) -> list[InboxRow]:
    return [inbox_row(referral, site=site, at=at) for referral in referrals]


def inbox_row(referral: Referral, *, site: Site, at: datetime) -> InboxRow:
    """Return one referral with its age and who acts next."""
    days = days_in_state(site.today(referral.state_since), site.today(at))
    return InboxRow(referral, days, next_act(referral.state, days, referral.asked_for))


def history(referral: Referral) -> list[Step]:
    """Return the steps of a referral, the last one first."""
    rows = Transition.objects.filter(
        site=referral.site_id, subject=Referral._meta.db_table, subject_id=referral.pk
    )
    labels = {str(state.value): state.label for state in ReferralState}
    return [
        Step(_step_words(row, labels), row.at, row.by.name if row.by else "", row.reason)
        for row in rows.select_related("by").order_by("-at", "-pk")
    ]


def referrals_like(*, site: Site, new: NewReferral) -> list[KnownReferral]:
    """Return the referrals of this site that may be of the same person."""
    alike = Q(family=new.family_name.strip().lower(), birth_date=new.birth_date)
    if new.birth_date is not None:
        alike |= Q(birth_date=new.birth_date)
    if number := tidy_record_number(new.record_number):
        alike |= Q(record_number=number)
    found = Referral.objects.filter(site=site).annotate(family=Lower("family_name")).filter(alike)
    return [KnownReferral(*row) for row in found.order_by("pk").values_list(*COMPARED)]


def patients_like(referral: Referral) -> list[Match]:
    """Return the patients who may be the referred person, with every reason in words."""
    if referral.birth_date is not None:
        person = Person(
            record_number=referral.record_number,
            family_name=referral.family_name,
            given_name=referral.given_name,
            birth_date=referral.birth_date,
            phone=referral.phone,
        )
        return people_like(site=referral.site, person=person)
    known = Patient.objects.filter(
        site=referral.site_id, family_name__iexact=referral.family_name, birth_date__isnull=False
    ).select_related("merged_into")
    given = name_key("", referral.given_name)
    return [
        Match(person_of(patient), (), ("same name; the referral gives no birth date",))
        for patient in known.order_by("given_name", "pk")[:MOST_ALIKE]
        if not given or name_key("", patient.given_name)[:1] == given[:1]
    ]


def other_referrals(referral: Referral) -> list[Referral]:
    """Return the other referrals of the same person by name and birth date, or of the same patient."""
    alike = Q(family_name__iexact=referral.family_name, birth_date=referral.birth_date)
    if referral.patient_id is not None:
        alike |= Q(patient=referral.patient_id)
    others = Referral.objects.filter(alike, site=referral.site_id).exclude(pk=referral.pk)
    return list(others.order_by("-received_on", "-pk")[:MOST_ALIKE])


def _step_words(row: Transition, labels: dict[str, str]) -> str:
    if row.to_state == ReferralState.RECEIVED:
        if row.from_state == ReferralState.NEEDS_INFORMATION:
            return "Information arrived"
        return "Taken up again" if row.from_state else "Received"
    return labels.get(row.to_state, row.to_state)
