"""The labels of a drawn dose: of the syringe, and of the bag it goes into."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from infusions.models import Infusion, Order
from infusions.queries.chart import Chart
from infusions.queries.preparation import Drawn, drawn_for
from infusions.queries.readiness import order_of
from infusions.rules.dosing import Preparation
from infusions.rules.labels import code_text
from kitclinic.barcodes import Bars, code128
from kitclinic.display import show
from scheduling.models import Patient


@dataclass(frozen=True, slots=True)
class Labels:
    """Everything on both labels. vials: "Vial 12, lot A1, expires 30 Jun 2027", one each."""

    infusion: Infusion
    patient: Patient
    order: Order
    made: Preparation
    drawn: tuple[Drawn, ...]
    vials: tuple[str, ...]
    prepared_by: str
    prepared_at: datetime
    bars: Bars

    @property
    def ml(self) -> Decimal:
        return sum((one.ml for one in self.drawn), Decimal(0))

    @property
    def mg(self) -> Decimal:
        return sum((one.mg for one in self.drawn), Decimal(0))


def labels(chart: Chart) -> Labels | None:
    """The labels of this visit; None while nothing is drawn, or when what is drawn is not what the order says."""
    infusion = chart.infusion
    order = (infusion.order or order_of(chart.visit)) if infusion else None
    drawn = drawn_for(infusion) if infusion else ()
    if infusion is None or order is None or sum((one.ml for one in drawn), Decimal(0)) != order.draw_ml:
        return None
    patient, last = chart.visit.patient, drawn[-1]
    return Labels(
        infusion=infusion,
        patient=patient,
        order=order,
        made=order.preparation,
        drawn=drawn,
        vials=tuple(_vial(one, several=len(drawn) > 1) for one in drawn),
        prepared_by=last.by,
        prepared_at=last.at,
        bars=code128(code_text(record_number=patient.record_number, infusion=infusion.pk)),
    )


def _vial(one: Drawn, *, several: bool) -> str:
    much = f" {show(one.ml, 'mL')}" if several else ""
    on = one.expires_on
    return f"Vial {one.vial.number}{much}, lot {one.lot}, expires {on.day} {on:%b %Y}"
