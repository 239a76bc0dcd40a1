"""``open_clinic`` makes a clinic; ``add_staff`` then adds its people."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.actions import open_clinic


class Command(BaseCommand):
    help = "Make a clinic: open_clinic juniper 'Juniper Street Infusion' America/New_York"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("time_zone")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            site = open_clinic(
                slug=options["slug"], name=options["name"], time_zone=options["time_zone"], at=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{site.name} is open. Add its people: manage.py add_staff {site.slug} NAME ROLE")
