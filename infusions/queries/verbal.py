"""Verbal orders: what was said about an order or an infusion, and what waits for a co-signature."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from infusions.models import Infusion, InfusionEvent, Order, VerbalOrder
from infusions.queries.orders import is_prescriber, unsettled_ondansetron
from infusions.rules.verbal import VerbalFacts, VerbalText, cosign_due_at, cosign_text, is_overdue
from infusions.states import InfusionState, OrderState, VerbalKind
from kitclinic import signing
from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS, Permission
from scheduling.queries.floor import providers_on_site
from scheduling.queries.patients import latest_eligibility


def verbal_orders(site: Site) -> QuerySet[VerbalOrder]:
    """Verbal orders of a site with what their text and their line need."""
    return VerbalOrder.objects.filter(site=site).select_related(
        "site",
        "order__sequence__patient",
        "infusion__visit",
        "prescriber",
        "heard_by",
        "cosignature__signature",
    )


def cosign_text_of(verbal: VerbalOrder, *, disputes: str = "") -> str:
    """The text the prescriber signs under this verbal order. verbal: loaded by ``verbal_orders``."""
    patient, site = verbal.order.sequence.patient, verbal.site
    if patient.birth_date is None:
        raise ValueError("an order needs the patient's birth date")
    return cosign_text(
        VerbalText(
            kind=VerbalKind(verbal.kind),
            words=verbal.words,
            patient_name=patient.name,
            born=patient.birth_date,
            record_number=patient.record_number,
            order_number=verbal.order.number,
            version=verbal.order.version,
            day_index=verbal.infusion.visit.day_index if verbal.infusion else None,
            said_by=str(verbal.prescriber),
            heard_by=str(verbal.heard_by),
            said_at=site.local(verbal.said_at),
            recorded_at=site.local(verbal.received_at),
            disputes=disputes,
        )
    )


@dataclass(frozen=True, slots=True)
class CoSignTask:
    """One verbal order that waits for the prescriber who said it."""

    verbal: VerbalOrder
    due_at: datetime
    overdue: bool


def to_cosign(site: Site, *, at: datetime, prescriber: StaffUser | None = None) -> list[CoSignTask]:
    """What waits for a co-signature, the first due first. prescriber: None for everybody's."""
    rows = verbal_orders(site).filter(cosignature__isnull=True).order_by("said_at", "pk")
    if prescriber is not None:
        rows = rows.filter(prescriber=prescriber)
    return [
        CoSignTask(verbal, cosign_due_at(verbal.said_at), is_overdue(verbal.said_at, at=at)) for verbal in rows
    ]


def overdue_cosigns(site: Site, *, at: datetime) -> list[CoSignTask]:
    """Of all prescribers, what was not signed within its time (ORD-34), the oldest first."""
    return [task for task in to_cosign(site, at=at) if task.overdue]


@dataclass(frozen=True, slots=True)
class VerbalLine:
    """One verbal order as the order's page, the chart and the paper show it. verified: of the co-signature."""

    verbal: VerbalOrder
    due_at: datetime
    overdue: bool
    signed: bool
    verified: bool

    @property
    def disputes(self) -> str:
        return self.verbal.cosignature.disputes if self.signed else ""


def verbal_lines(
    site: Site, *, at: datetime, order: Order | None = None, infusion: Infusion | None = None
) -> list[VerbalLine]:
    """The verbal orders of one order or of one infusion, as they were said."""
    if order is not None:
        rows = verbal_orders(site).filter(order=order)
    else:  # the chart says who and what; whose order and which day stand above it
        hanging = ("prescriber", "heard_by", "cosignature__signature")
        rows = VerbalOrder.objects.filter(site=site, infusion=infusion).select_related(*hanging)
    lines = []
    for verbal in rows.order_by("said_at", "pk"):
        signed = hasattr(verbal, "cosignature")
        overdue = not signed and is_overdue(verbal.said_at, at=at)
        verified = signed and signing.verify(verbal.cosignature.signature)
        lines.append(VerbalLine(verbal, cosign_due_at(verbal.said_at), overdue, signed, verified))
    return lines


def is_dose_allowed(infusion: Infusion) -> bool:
    """Whether a prescriber allowed the one further dose of this infusion by word of mouth (ORD-33)."""
    rows = VerbalOrder.objects.filter(site=infusion.site_id, infusion=infusion, kind=VerbalKind.AS_NEEDED)
    return rows.exists()


def verbal_facts(
    *,
    order: Order,
    infusion: Infusion | None,
    kind: VerbalKind,
    words: str,
    read_back: bool,
    prescriber: StaffUser,
    by: StaffUser,
    said_at: datetime,
    at: datetime,
) -> VerbalFacts:
    """What the rule asks before a verbal order is recorded. order, infusion: locked."""
    dose = infusion if kind == VerbalKind.AS_NEEDED else None
    pinned = dose.order if dose else None
    against = unsettled_ondansetron(pinned, latest_eligibility(dose.patient)) if dose else ""
    given = InfusionEvent.objects.filter(
        site=order.site_id, infusion=dose, kind=InfusionEvent.Kind.ONDANSETRON_PRN
    )
    return VerbalFacts(
        kind=kind,
        words=words,
        read_back=read_back,
        hearer_charts=by.site_id == order.site_id and by.may(Permission.CHART),
        is_prescriber=is_prescriber(prescriber, order.site_id),
        same_person=prescriber.pk == by.pk,
        said_at=said_at,
        at=at,
        order=OrderState(order.state),
        infusion=InfusionState(infusion.state) if infusion else None,
        given=dose is not None and given.exists(),
        allowed=dose is not None and is_dose_allowed(dose),
        ordered=pinned is not None and pinned.ondansetron and not against,
    )


@dataclass(frozen=True, slots=True)
class Sayer:
    """A prescriber who may have said it."""

    person: StaffUser
    on_site: bool

    @property
    def label(self) -> str:
        return f"{self.person}, on site" if self.on_site else str(self.person)


def sayers(site: Site, at: datetime) -> list[Sayer]:
    """The prescribers of a site, those on site now first."""
    here = {presence.provider_id for presence in providers_on_site(site, at)}
    people = StaffUser.objects.at(site, roles=PRESCRIBERS).order_by("name", "pk")
    return sorted((Sayer(person, person.pk in here) for person in people), key=lambda one: not one.on_site)
