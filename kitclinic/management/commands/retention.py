"""Carry out the retention policy, or say what it would do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kitclinic.retention import carry_out


class Command(BaseCommand):
    help = "Carry out kitclinic/retention.toml. With --dry-run say only what would be done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count and say, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        site = ""
        for line in carry_out(at=timezone.now(), dry=options["dry_run"]):
            if line.site != site:
                site = line.site
                self.stdout.write(self.style.MIGRATE_HEADING(f"Clinic {site}"))
            self.stdout.write(f"  {line.sentence}")
