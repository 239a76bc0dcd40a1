"""The ledger's reports as rows of text, for a spreadsheet: plain numbers, times on the clinic's clock."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from infusions.models import Movement
from infusions.queries.ledger_reports import Inventory, UsageReport
from kitclinic.models import Site

MOVEMENT_COLUMNS = (
    "entered",
    "happened",
    "movement",
    "out of",
    "vial kind",
    "vial",
    "lot",
    "mL",
    "mg",
    "patient record",
    "by",
    "witness",
    "reason",
)


def usage_rows(report: UsageReport, movements: Iterable[Movement]) -> Iterator[list[str]]:
    """The totals of each vial kind, then every movement."""
    yield [f"Usage of ketamine, {report.site.name}", f"{report.first}", f"{report.last}"]
    yield ["Closes" if report.closes else "DOES NOT CLOSE: check before use"]
    yield ["Totals, mg"]
    for number, line in enumerate(report.lines):
        columns = [*line.columns, *line.within]
        if number == 0:
            yield ["vial kind", *(name for name, _ in columns)]
        yield [str(line.product), *(plain(mg) for _, mg in columns)]
    yield ["Movements"]
    yield list(MOVEMENT_COLUMNS)
    for one in movements:
        yield _movement(one, report.site)


def _movement(one: Movement, site: Site) -> list[str]:
    return [
        _time(one.received_at, site),
        _time(one.occurred_at, site),
        one.get_kind_display(),
        "a drawn dose" if one.draw_id else "the vial",
        str(one.vial.product),
        str(one.vial.number),
        one.vial.receipt.lot,
        plain(one.ml),
        plain(one.mg),
        one.infusion.patient.record_number if one.infusion else "",
        one.by.name,
        one.witness.name if one.witness else "",
        one.reason,
    ]


def inventory_rows(stock: Inventory) -> Iterator[list[str]]:
    """One row for the sealed vials of each kind, one for each opened vial, one for what is drawn."""
    yield ["Inventory of ketamine, Schedule III", stock.site.name, f"{stock.day}", f"at {stock.moment}"]
    yield ["taken by", stock.taken_by.name if stock.taken_by else ""]
    yield ["vial kind", "strength mg/mL", "vial mL", "what", "vial", "lot", "vials", "mL", "mg"]
    for line in stock.lines:
        kind = [str(line.product), str(line.product.strength_mg_per_ml), plain(line.product.vial_ml)]
        sealed_ml = line.sealed_mg / line.product.strength_mg_per_ml
        yield [*kind, "sealed", "", "", str(line.sealed), plain(sealed_ml), plain(line.sealed_mg)]
        for one in line.opened:
            lot = one.vial.receipt.lot
            yield [*kind, "opened", str(one.vial.number), lot, "1", plain(one.ml), plain(one.mg)]
        if line.in_hand_mg:
            ml = line.in_hand_mg / line.product.strength_mg_per_ml
            yield [*kind, "drawn, in hand", "", "", "", plain(ml), plain(line.in_hand_mg)]
        yield [*kind, "total", "", "", "", "", plain(line.total.all)]


def plain(number: Decimal) -> str:
    """A number without trailing zeros, separators or exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(at: datetime, site: Site) -> str:
    return f"{site.local(at):%Y-%m-%d %H:%M %Z}"
