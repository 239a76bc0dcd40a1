"""Orders: the facts behind a signature, the text it signs, where an order stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from infusions.models import Formulary, Infusion, Order
from infusions.models.orders import order_set_of
from infusions.rules.allergies import drugs_named
from infusions.rules.order_decisions import ConsentOnRecord
from infusions.rules.order_text import AffirmationText, OrderText, affirmation_text, order_text
from infusions.rules.orders import SignFacts, expires_on
from infusions.states import ConsentState, OndansetronContraindication, OrderState
from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS
from scheduling.models import Eligibility, GroupSeat, Patient, Sequence, Visit, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.queries.records import consents_by_patient, is_withdrawn
from scheduling.states import Caution, PregnancyState, SeatState, VisitState, WeightSource

CURRENT = (OrderState.DRAFT, OrderState.SIGNED, OrderState.HELD)
TO_COME = (VisitState.BOOKED, VisitState.ARRIVED)
_NONE = OndansetronContraindication.NONE


def orders(site: Site) -> QuerySet[Order]:
    """Orders of a site with what their text and their page need."""
    return Order.objects.filter(site=site).select_related(
        "site", "sequence__patient", "sequence__seat", "weight__measured_by", "signature", "drafted_by", "protocol"
    )


def is_prescriber(person: StaffUser, site_id: int) -> bool:
    """Whether this person may sign orders of this site; a superuser never may."""
    return person.is_active and person.site_id == site_id and person.role in PRESCRIBERS


def formulary_of(site: Site) -> Formulary:
    """How this clinic prepares ketamine; the defaults where nobody has set it yet (not stored)."""
    return Formulary.objects.filter(site=site).first() or Formulary(site=site)


def current_order(sequence: Sequence) -> Order | None:
    """The draft, signed or held order of a sequence; there is one at most."""
    return orders(sequence.site).filter(sequence=sequence, state__in=CURRENT).first()


def newest_order(sequence: Sequence) -> Order | None:
    return orders(sequence.site).filter(sequence=sequence).order_by("-version").first()


def contraindication_of(eligibility: Eligibility | None) -> OndansetronContraindication:
    """What the last assessment says against ondansetron."""
    if eligibility is None:
        return _NONE
    if eligibility.ondansetron_allergy or "ondansetron" in drugs_named(eligibility.allergies):
        return OndansetronContraindication.ALLERGY
    if eligibility.long_qt:
        return OndansetronContraindication.LONG_QT
    if eligibility.apomorphine:
        return OndansetronContraindication.APOMORPHINE
    return OndansetronContraindication.OTHER if eligibility.ondansetron_other else _NONE


def against_ondansetron(eligibility: Eligibility | None) -> str:
    """What the last assessment has against ondansetron, in words; "" for nothing."""
    against = contraindication_of(eligibility)
    if eligibility is None or against == _NONE:
        return ""
    return eligibility.ondansetron_other if against == OndansetronContraindication.OTHER else str(against.label)


def unsettled_ondansetron(order: Order | None, eligibility: Eligibility | None) -> str:
    """What speaks against the ondansetron of this order although the prescriber gave no reason for it."""
    if order is None or not order.ondansetron or order.no_ondansetron_note:
        return ""
    return against_ondansetron(eligibility)


def sign_facts(order: Order, *, signer: StaffUser, eligibility: Eligibility | None) -> SignFacts:
    """What the rule asks before a signature. eligibility: the patient's last assessment."""
    patient, against = order.sequence.patient, contraindication_of(eligibility)
    return SignFacts(
        state=OrderState(order.state),
        signer_is_prescriber=is_prescriber(signer, order.site_id),
        signer_is_patient=signer.name.casefold() == patient.name.casefold(),
        weight_kg=order.weight_kg,
        weight_source=WeightSource(order.weight.source),
        weight_reason=order.weight_reason,
        dose_mg=order.dose_mg,
        mg_per_kg=order.mg_per_kg,
        eligible=eligibility.eligible if eligibility else None,
        sma_cleared=_cleared(order.sequence),
        misuse_history=eligibility.misuse_history if eligibility else None,
        misuse_decision=eligibility.misuse_decision if eligibility else "",
        misuse_rationale=eligibility.misuse_rationale if eligibility else "",
        substance_misuse=eligibility.substance_misuse if eligibility else None,
        substance_decision=eligibility.substance_decision if eligibility else "",
        substance_rationale=eligibility.substance_rationale if eligibility else "",
        cautions=_cautions(eligibility.cautions if eligibility else ()),
        acknowledged=_cautions(eligibility.acknowledged_cautions if eligibility else ()),
        pregnancy=pregnancy_of(eligibility),
        ketamine_allergy="ketamine" in drugs_named(eligibility.allergies if eligibility else ""),
        allergy_reason=order.allergy_reason,
        premedication=order.ondansetron,
        as_needed=order.ondansetron,
        contraindication=against if order.ondansetron else OndansetronContraindication(order.no_ondansetron),
        contraindication_reason=order.no_ondansetron_note,
        allergies_reviewed=bool(eligibility and eligibility.allergies_reviewed),
        medication_noted=order.medication_noted,
        driver_named=bool(named_driver(order.sequence)),
        driver_plan=order.driver_plan,
        consent=consent_of(patient).state,
    )


def consent_of(patient: Patient) -> ConsentOnRecord:
    """Where the patient's last consent stands; one query."""
    consent = consents_by_patient([patient.pk], site_id=patient.site_id).get(patient.pk)
    if consent is None:
        return ConsentOnRecord()
    back = consent.withdrawal.withdrawn_at if is_withdrawn(consent) else None
    return ConsentOnRecord(
        state=ConsentState.WITHDRAWN if back else ConsentState.SIGNED,
        version=consent.text.version,
        at=patient.site.local(back or consent.signed_at),
    )


def named_driver(sequence: Sequence) -> str:
    """Who drives home on the first day to come, "Robin Quist (sister)"; "" while nobody is named."""
    visit = sequence.visits.filter(state__in=TO_COME).order_by("date").first()
    if visit is None or not visit.driver_name:
        return ""
    return f"{visit.driver_name} ({visit.driver_relationship})" if visit.driver_relationship else visit.driver_name


def pregnancy_of(eligibility: Eligibility | None) -> str:
    """The answer of the assessment: a PregnancyState, or "" when there is none."""
    if eligibility is None:
        return ""
    if eligibility.childbearing_potential is False and not eligibility.pregnancy:
        return str(PregnancyState.NOT_APPLICABLE)
    return eligibility.pregnancy


def text_of(order: Order, *, eligibility: Eligibility | None, at: datetime) -> str:
    """The text of an order: as it was signed, or as it would be signed now."""
    if order.signature is not None:
        return order.signature.text
    site, sequence, patient = order.site, order.sequence, order.sequence.patient
    days = _days(sequence, at)
    protocol = order.protocol
    return order_text(
        OrderText(
            number=order.number,
            version=order.version,
            patient_name=patient.name,
            born=_born(patient),
            record_number=patient.record_number,
            sequence_number=sequence.number,
            first_day=days[0],
            last_day=days[-1],
            days=order.infusions_ordered,
            order_set=order.order_set,
            protocol=f"{protocol.name}, version {protocol.number}" if protocol else "",
            weight_kg=order.weight_kg,
            weight_source=WeightSource(order.weight.source),
            weight_at=site.local(order.weight.measured_at),
            weight_reason=order.weight_reason,
            preparation=order.preparation,
            preparation_reason=order.preparation_reason,
            premedication=order.ondansetron,
            as_needed=order.ondansetron,
            contraindication=_shown_contraindication(order, eligibility),
            contraindication_reason=order.no_ondansetron_note,
            pregnancy=pregnancy_of(eligibility),
            pregnancy_on=eligibility.pregnancy_tested_on if eligibility else None,
            misuse_history=eligibility.misuse_history if eligibility else None,
            misuse_decision=eligibility.misuse_decision if eligibility else "",
            misuse_rationale=eligibility.misuse_rationale if eligibility else "",
            substance_misuse=eligibility.substance_misuse if eligibility else None,
            substance_decision=eligibility.substance_decision if eligibility else "",
            substance_rationale=eligibility.substance_rationale if eligibility else "",
            acknowledged=_cautions(eligibility.acknowledged_cautions if eligibility else ()),
            allergies=_allergies(eligibility),
            allergy_reason=order.allergy_reason,
            expires_on=_last_day(order, signed_on=site.today(at)),
            after_first_days=order.after_first_days,
            psychotropics=_lines(order.psychotropics),
            antihypertensives=_lines(order.antihypertensives),
            medication_noted=order.medication_noted,
            driver=named_driver(sequence),
            driver_plan=order.driver_plan,
            consent=consent_of(patient),
            supersedes_reason=order.supersedes_reason,
            note=order.note,
        )
    )


def affirmation_of(order: Order, weight: Weight) -> str:
    """The text a prescriber signs to release a held order as it was signed."""
    if order.signature is None:
        raise ValueError("only a signed order can be affirmed")
    patient = order.sequence.patient
    return affirmation_text(
        AffirmationText(
            number=order.number,
            version=order.version,
            patient_name=patient.name,
            born=_born(patient),
            record_number=patient.record_number,
            held_because=order.held_because,
            dose_mg=order.dose_mg,
            minutes=order.infusion_minutes,
            ordered_kg=order.weight_kg,
            weight_kg=weight.weight_kg,
            weight_at=order.site.local(weight.measured_at),
            digest=order.signature.digest,
        )
    )


def last_day(order: Order, *, first_infusion_on: date | None) -> date | None:
    """The last day on which a signed order starts an infusion; None before it is signed."""
    if order.signed_at is None:
        return None
    return _last_day(order, signed_on=order.site.today(order.signed_at), first_infusion_on=first_infusion_on)


def _last_day(order: Order, *, signed_on: date, first_infusion_on: date | None = None) -> date:
    """By the days that the order itself was written under."""
    return expires_on(
        signed_on=signed_on,
        first_infusion_on=first_infusion_on,
        first_use_days=order.first_use_days,
        after_first_days=order.after_first_days,
    )


def first_infusions(sequence_ids: Iterable[int], site: Site) -> dict[int, date]:
    """The local date of the first infusion of each sequence that has one; one query."""
    rows = Infusion.objects.filter(site=site, visit__sequence__in=list(sequence_ids), started_at__isnull=False)
    found = rows.order_by("-started_at").values_list("visit__sequence_id", "started_at")
    return {sequence_id: site.today(started) for sequence_id, started in found if started is not None}


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """Where the order of a sequence stands, for the patient's page and the chart.

    order: the current version, or the newest where none is current. word, tone: as the status chip takes them.
    """

    order: Order
    word: str
    tone: str
    last_day: date | None


TONES: dict[str, str] = {
    OrderState.DRAFT: "due",
    OrderState.SIGNED: "signed",
    OrderState.HELD: "held",
    OrderState.COMPLETED: "ok",
    OrderState.DISCONTINUED: "info",
    OrderState.EXPIRED: "overdue",
    OrderState.SUPERSEDED: "info",
}


def order_summary(sequence: Sequence) -> OrderSummary | None:
    """Where the order of this sequence stands; None when none was written. Two queries, three when signed."""
    order = current_order(sequence) or newest_order(sequence)
    if order is None:
        return None
    started = first_infusions([sequence.pk], order.site) if order.signed_at else {}
    return OrderSummary(
        order=order,
        word="Waits for signature" if order.state == OrderState.DRAFT else order.get_state_display(),
        tone=TONES[order.state],
        last_day=last_day(order, first_infusion_on=started.get(sequence.pk)),
    )


def eligibility_and_weight(patient: Patient) -> tuple[Eligibility | None, Weight | None]:
    return latest_eligibility(patient), latest_weight(patient)


def _born(patient: Patient) -> date:
    if patient.birth_date is None:
        raise ValueError("an order needs the patient's birth date")
    return patient.birth_date


def _cleared(sequence: Sequence) -> bool:
    """The group visit of this sequence cleared the patient; for one without a seat, the last one did."""
    if sequence.seat is not None:
        return sequence.seat.state == SeatState.CLEARED
    seats = GroupSeat.objects.filter(site=sequence.site_id, patient=sequence.patient_id).exclude(
        Q(state=SeatState.CANCELLED) | Q(decided_at__isnull=True)
    )
    last = seats.order_by("-decided_at").first()
    return last is not None and last.state == SeatState.CLEARED


def _cautions(values: Iterable[str]) -> frozenset[Caution]:
    return frozenset(Caution(value) for value in values)


def _shown_contraindication(order: Order, eligibility: Eligibility | None) -> OndansetronContraindication:
    return (
        contraindication_of(eligibility)
        if order.ondansetron
        else OndansetronContraindication(order.no_ondansetron)
    )


def _allergies(eligibility: Eligibility | None) -> tuple[str, ...] | None:
    if eligibility is None or not eligibility.allergies_reviewed:
        return None
    return (eligibility.allergies,) if eligibility.allergies.strip() else ()


def infusions_left(sequence: Sequence) -> int:
    """How many infusions an order written now is for: days of the protocol not yet started, at most those booked.

    A sequence that is asked for, with no day yet, has all of them to come.
    """
    started = Infusion.objects.filter(site=sequence.site_id, visit__sequence=sequence, started_at__isnull=False)
    left = max(0, order_set_of(sequence.protocol).days - started.count())
    if not sequence.visits.exists():
        return left
    return min(left, _to_come(sequence).count())


def _to_come(sequence: Sequence) -> QuerySet[Visit]:
    """Booked days on which nothing was started yet."""
    rows: QuerySet[Visit] = sequence.visits.filter(state__in=TO_COME)
    started = Infusion.objects.filter(site=sequence.site_id, visit__sequence=sequence, started_at__isnull=False)
    return rows.exclude(pk__in=started.values("visit"))


def _days(sequence: Sequence, at: datetime) -> list[date]:
    """The days still to come, or all of them when none is; a request has the day of its wish."""
    to_come = list(_to_come(sequence).order_by("date").values_list("date", flat=True))
    usual = sequence.first_day or sequence.wish_from_day or sequence.site.today(at)
    return to_come or list(sequence.visits.order_by("date").values_list("date", flat=True)) or [usual]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
