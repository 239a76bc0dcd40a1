"""One order as a prescriber reads it: the arithmetic, the preparation, what changed, what was decided."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from infusions.models import Affirmation, Infusion, InfusionEvent, Order
from infusions.queries.orders import (
    TO_COME,
    affirmation_of,
    against_ondansetron,
    consent_of,
    first_infusions,
    last_day,
    named_driver,
    orders,
    pregnancy_of,
    sign_facts,
    text_of,
)
from infusions.queries.readiness import dosing_weight_kg
from infusions.rules.dosing import Preparation, dose_mg
from infusions.rules.order_text import day, day_span
from infusions.rules.orders import AS_NEEDED_DOSES, ONDANSETRON_MG, may_sign
from infusions.states import ConsentState, OrderState
from kitclinic import signing
from kitclinic.display import show, show_percent_from, show_signed
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Problem
from scheduling.models import Eligibility, Sequence, Visit, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.rules.weights import hold_limits_kg
from scheduling.states import Caution, MisuseDecision, PregnancyState

FINGERPRINT = 16  # hexadecimal digits shown; the whole digest is on the order's page and on paper


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was in the last sequence."""

    label: str
    was: str
    now: str
    note: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision and who took it. done: False while it is still open."""

    label: str
    word: str
    rest: str
    who: str
    done: bool


@dataclass(frozen=True, slots=True)
class Before:
    """The sequence before this one: its days, what was done, how often ondansetron was needed."""

    order: Order
    days: str
    infusions: int
    as_needed: int


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """Everything on the sheet. text: what is signed or would be signed now; to_affirm: of a held order."""

    order: Order
    made: Preparation
    visit: Visit | None
    text: str
    digest: str
    to_affirm: str
    affirm_digest: str
    problems: tuple[Problem, ...]
    hold_kg: tuple[Decimal, Decimal]
    before: Before | None
    changes: tuple[Change, ...]
    since_signed: tuple[Change, ...]
    decisions: tuple[Decision, ...]
    against_ondansetron: str
    last_day: date | None
    allergy: str

    @property
    def fingerprint(self) -> str:
        return spaced(self.digest[:FINGERPRINT])

    @property
    def affirm_fingerprint(self) -> str:
        return spaced(self.affirm_digest[:FINGERPRINT])

    @property
    def most_ondansetron_mg(self) -> Decimal:
        return ONDANSETRON_MG * (1 + AS_NEEDED_DOSES)


def spaced(digest: str) -> str:
    """Return "7c1e 90a4 d2b8 03f6" of a digest."""
    return " ".join(digest[index : index + 4] for index in range(0, len(digest), 4))


def order_sheet(order: Order, *, reader: StaffUser, at: datetime) -> OrderSheet:
    """Collect the sheet of one order, loaded by ``orders()``."""
    site, sequence = order.site, order.sequence
    eligibility = latest_eligibility(sequence.patient)
    text = text_of(order, eligibility=eligibility, at=at)
    draft = order.state == OrderState.DRAFT
    facts = sign_facts(order, signer=reader, eligibility=eligibility) if draft else None
    weight = latest_weight(sequence.patient) if order.state == OrderState.HELD else None
    to_affirm = affirmation_of(order, weight) if weight else ""
    before = _before(sequence)
    first = first_infusions([sequence.pk], site).get(sequence.pk)
    return OrderSheet(
        order=order,
        made=order.preparation,
        visit=sequence.visits.filter(state__in=TO_COME).select_related("site").order_by("date").first(),
        text=text,
        digest=signing.digest(text),
        to_affirm=to_affirm,
        affirm_digest=signing.digest(to_affirm) if to_affirm else "",
        problems=tuple(may_sign(facts)) if facts else (),
        hold_kg=hold_limits_kg(dosing_weight_kg(order)),
        before=before,
        changes=_changes(order, before),
        since_signed=_since_signed(order, weight),
        decisions=(*_decisions(eligibility, reader, site, at), *_order_decisions(order, reader, at)),
        against_ondansetron=against_ondansetron(eligibility),
        last_day=last_day(order, first_infusion_on=first),
        allergy=_allergy(eligibility),
    )


def _allergy(eligibility: Eligibility | None) -> str:
    if eligibility is None or not eligibility.allergies_reviewed:
        return "not reviewed"
    return eligibility.allergies.strip() or "none known"


def versions_of(sequence: Sequence) -> list[Order]:
    """All versions of a sequence's order, the newest first."""
    return list(orders(sequence.site).filter(sequence=sequence).order_by("-version"))


def affirmations_of(order: Order) -> list[Affirmation]:
    rows = Affirmation.objects.filter(order=order).select_related("signature", "weight")
    return list(rows.order_by("at", "pk"))


def _since_signed(order: Order, weight: Weight | None) -> tuple[Change, ...]:
    """What the scale says now beside the signed weight, and what 0.5 mg/kg of it would be."""
    if weight is None or weight.weight_kg == order.weight_kg:
        return ()
    would_be = dose_mg(weight.weight_kg, order.mg_per_kg)
    percent = show_percent_from(weight.weight_kg, order.weight_kg)
    kg, mg = weight.weight_kg - order.weight_kg, would_be - order.dose_mg
    return (
        Change(
            "Weight",
            show(order.weight_kg, "kg"),
            show(weight.weight_kg, "kg"),
            f"{show_signed(kg, 'kg')}, {percent}",
        ),
        Change(
            f"{show(order.mg_per_kg, 'mg/kg')} is",
            show(order.dose_mg, "mg"),
            show(would_be, "mg"),
            show_signed(mg, "mg"),
        ),
    )


def _before(sequence: Sequence) -> Before | None:
    """The last signed order of the sequence before; None for a first one."""
    rows = orders(sequence.site).filter(
        sequence__patient=sequence.patient_id, sequence__number__lt=sequence.number
    )
    order = rows.filter(signature__isnull=False).order_by("-sequence__number", "-version").first()
    if order is None:
        return None
    done = Infusion.objects.filter(
        site=sequence.site_id, visit__sequence=order.sequence_id, started_at__isnull=False
    )
    days = [
        sequence.site.today(at) for at in done.order_by("started_at").values_list("started_at", flat=True) if at
    ]
    needed = InfusionEvent.objects.filter(
        site=sequence.site_id,
        infusion__visit__sequence=order.sequence_id,
        kind=InfusionEvent.Kind.ONDANSETRON_PRN,
    ).count()
    first = order.sequence.first_day
    span = day_span(days[0], days[-1]) if days else day(first) if first else "not booked"
    return Before(order=order, days=span, infusions=len(days), as_needed=needed)


def _changes(order: Order, before: Before | None) -> tuple[Change, ...]:
    """What differs from the last sequence's order, or from the version before this one."""
    if before is None:
        return ()
    was = before.order
    changes = []
    if was.weight_kg != order.weight_kg:
        kg = order.weight_kg - was.weight_kg
        percent = show_percent_from(order.weight_kg, was.weight_kg)
        note = f"{show_signed(kg, 'kg')}, {percent}"
        changes.append(Change("Weight", show(was.weight_kg, "kg"), show(order.weight_kg, "kg"), note))
    if was.dose_mg != order.dose_mg:
        note = show_signed(order.dose_mg - was.dose_mg, "mg")
        changes.append(Change("Dose", show(was.dose_mg, "mg"), show(order.dose_mg, "mg"), note))
    if was.ondansetron != order.ondansetron:
        words = {True: "ordered", False: "left out"}
        note = order.get_no_ondansetron_display() if not order.ondansetron else ""
        changes.append(Change("Ondansetron", words[was.ondansetron], words[order.ondansetron], note))
    if (was.strength_mg_per_ml, was.bag_ml, was.fill) != (order.strength_mg_per_ml, order.bag_ml, order.fill):
        changes.append(Change("Preparation", _made(was), _made(order), ""))
    return (*changes, *_medication(was, order), *_new_cautions(was, order))


def _medication(was: Order, order: Order) -> list[Change]:
    """What the patient takes now and did not, or no longer takes, by the lists of the two orders."""
    old, new = _taken(was), _taken(order)
    added = [Change("Medication", "", drug, "new") for drug in new if drug not in old]
    return added + [Change("Medication", drug, "not any more", "") for drug in old if drug not in new]


def _taken(order: Order) -> list[str]:
    lists = f"{order.psychotropics}\n{order.antihypertensives}".splitlines()
    return [line.strip() for line in lists if line.strip()]


def _new_cautions(was: Order, order: Order) -> list[Change]:
    """Cautions of the last assessment that the one behind the earlier order did not have."""
    rows = Eligibility.objects.filter(site=order.site_id, patient=order.sequence.patient_id).order_by("-version")
    now, then = rows.first(), rows.filter(assessed_at__lte=was.signed_at or was.drafted_at).first()
    if now is None or then is None or now == then:
        return []
    added = set(now.cautions) - set(then.cautions)
    return [Change("Caution", "", str(caution.label).lower(), "new") for caution in Caution if caution in added]


def _made(order: Order) -> str:
    vial, bag = show(order.strength_mg_per_ml, "mg/mL"), show(order.bag_ml, "mL")
    return f"{vial}, {order.get_fill_display()} {bag}"


def _order_decisions(order: Order, reader: StaffUser, at: datetime) -> tuple[Decision, ...]:
    """What the order itself holds: medication read, who drives home, consent."""
    site, consent, driver = order.site, consent_of(order.sequence.patient), named_driver(order.sequence)
    by = "you" if order.drafted_by_id == reader.pk else str(order.drafted_by)
    who = f"{by}, {_when(site, order.drafted_at, at)}"
    drugs = "; ".join(_taken(order)) or "None that matters here."
    medication = (
        Decision("Medication", "Read and noted.", drugs, who, True)
        if order.medication_noted
        else Decision("Medication", "Not noted.", "Read it and tick it in the draft.", who, False)
    )
    if driver:
        home = Decision("Way home", f"{driver}.", order.driver_plan, "named at booking", True)
    elif order.driver_plan:
        home = Decision("Way home", "Nobody named yet.", order.driver_plan, who, True)
    else:
        home = Decision("Way home", "Nobody named.", "Name a driver, or write the plan in the draft.", "", False)
    signed_on = f"{day(consent.at.date())}" if consent.at else ""
    consented = Decision(
        "Consent",
        f"{consent.state.label}.",
        f"Text version {consent.version}." if consent.version else "",
        signed_on,
        consent.state == ConsentState.SIGNED,
    )
    return (medication, home, consented)


def _when(site: Site, moment: datetime, at: datetime) -> str:
    local = site.local(moment)
    return f"today {local:%H:%M}" if local.date() == site.today(at) else f"{local.day} {local:%b %H:%M}"


def _decisions(
    eligibility: Eligibility | None, reader: StaffUser, site: Site, at: datetime
) -> tuple[Decision, ...]:
    if eligibility is None:
        return ()
    by = "you" if eligibility.assessed_by_id == reader.pk else str(eligibility.assessed_by)
    who = f"{by}, {_when(site, eligibility.assessed_at, at)}"
    return (
        _pregnancy(eligibility, who),
        _misuse(eligibility, who),
        _substance(eligibility, who),
        *_cautions(eligibility, who),
        _allergies(eligibility, who),
    )


def _pregnancy(row: Eligibility, who: str) -> Decision:
    state = pregnancy_of(row)
    if not state:
        return Decision("Pregnancy", "Test due on day 1.", "Start stays blocked until answered.", who, False)
    rest = row.pregnancy_reason
    if state == PregnancyState.NEGATIVE:
        rest = "A negative test on day 1 is required."
        if row.pregnancy_tested_on:
            rest = f"On {day(row.pregnancy_tested_on)}; another one is due on day 1."
    return Decision("Pregnancy", f"{PregnancyState(state).label}.", rest, who, state != PregnancyState.POSITIVE)


def _misuse(row: Eligibility, who: str) -> Decision:
    return _decided("Misuse history", row.misuse_history, row.misuse_decision, row.misuse_rationale, who)


def _substance(row: Eligibility, who: str) -> Decision:
    return _decided("Substance misuse", row.substance_misuse, row.substance_decision, row.substance_rationale, who)


def _decided(name: str, answer: bool | None, decision: str, rationale: str, who: str) -> Decision:
    if answer is None:
        return Decision(name, "Not asked.", "Ask before signing.", who, False)
    if not answer:
        return Decision(name, "None recorded.", "", who, True)
    if not decision:
        return Decision(name, "Yes, to decide.", "Accept or decline, with your rationale.", who, False)
    label = MisuseDecision(decision).label
    return Decision(name, f"{label}.", rationale, who, decision == MisuseDecision.ACCEPT)


def _cautions(row: Eligibility, who: str) -> tuple[Decision, ...]:
    known, acknowledged = set(row.cautions), set(row.acknowledged_cautions)
    lines = [
        Decision(
            "Caution",
            f"{caution.label}{' acknowledged' if caution in acknowledged else ' to acknowledge'}.",
            "",
            who,
            caution in acknowledged,
        )
        for caution in Caution
        if caution in known
    ]
    if lines:
        return (*lines, Decision("Other cautions", "None recorded.", "", who, True))
    if row.cautions_reviewed:
        return (Decision("Cautions", "None.", "The list was reviewed.", who, True),)
    return (Decision("Cautions", "Not reviewed.", "", who, False),)


def _allergies(row: Eligibility, who: str) -> Decision:
    if not row.allergies_reviewed:
        return Decision("Allergies", "Not reviewed.", "Required before signing.", who, False)
    return Decision("Allergies", "Reviewed.", row.allergies or "None known", who, True)
