"""``manage.py import_observations FILE --monitor NAME``: the readings of a file, by the rules of the address."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from infusions.actions import Received, receive_readings
from infusions.forms.observations import read_body
from infusions.models import Monitor
from kitclinic.management.clinics import add_site_argument, clinic_named
from kitclinic.models import Site
from kitclinic.problems import Refused

FILE_MOST, ROWS_MOST = 1024 * 1024, 10_000  # bytes, readings
TYPES = {".csv": "text/csv", ".json": "application/fhir+json"}


class Command(BaseCommand):
    help = "Store the readings of a monitor's file (.csv or FHIR .json): all of them once, or none and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the table or the FHIR Observations, see docs/monitors.md")
        parser.add_argument(
            "--monitor", required=True, metavar="NAME", help="the monitor in use that they come from"
        )
        add_site_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = clinic_named(options["site"])
        monitor = _monitor(clinic, options["monitor"])
        parsed = read_body(*_read(options["file"]), most=ROWS_MOST)
        problems = parsed.problems
        if not problems:
            try:
                self._report(receive_readings(monitor=monitor, sent=parsed.sent, at=timezone.now()))
            except Refused as refused:
                problems = refused.problems
        if problems:
            lines = "\n".join(f"{problem.sentence} ({problem.rule})" for problem in problems)
            raise CommandError(f"Nothing was stored.\n{lines}")

    def _report(self, received: list[Received]) -> None:
        new = [one.reading for one in received if one.is_new]
        review = [reading for reading in new if reading.problem]
        self.stdout.write(
            f"Read {len(received)}: {len(new)} new, {len(received) - len(new)} received before. "
            f"Of the new ones {len(new) - len(review)} at their charts, {len(review)} on the review list."
        )
        for reading in review:
            self.stdout.write(f"  {reading.measured_at:%Y-%m-%d %H:%M:%SZ}: {reading.problem}")


def _monitor(clinic: Site, name: str) -> Monitor:
    rows = Monitor.objects.select_related("site").filter(site=clinic, ended_at__isnull=True)
    found = rows.filter(name=name).first()
    if found is None:
        known = (
            ", ".join(rows.order_by("name").values_list("name", flat=True)) or "none; add one on the page Monitors"
        )
        raise CommandError(f"No monitor in use at {clinic.name} is called “{name}”. Known: {known}.")
    return found


def _read(path: Path) -> tuple[bytes, str]:
    if path.suffix.lower() not in TYPES:
        raise CommandError(f"{path.name} is neither .csv nor .json. Nothing was stored.")
    try:
        with path.open("rb") as file:
            body = file.read(FILE_MOST + 1)
    except OSError as error:
        raise CommandError(f"{path.name} cannot be read: {error.strerror}. Nothing was stored.") from error
    if len(body) > FILE_MOST:
        raise CommandError(f"{path.name} is longer than 1 MB. Split it; nothing was stored.")
    return body, TYPES[path.suffix.lower()]
