"""``first_administrator`` makes the account by which a clinic's other people are invited; prints its link."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.actions import Account, invitation_address, invite_person, new_invitation_token
from kitclinic.management.clinics import add_site_argument, clinic_named
from kitclinic.models import StaffUser
from kitclinic.people_rules import INVITATION_DAYS, RUNNERS
from kitclinic.problems import Refused
from kitclinic.roles import Role


class Command(BaseCommand):
    help = "Make the first administrator and print the link: first_administrator mira --name 'Mira Oyelaran'"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_site_argument(parser)
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="as it stands in the list of staff")
        parser.add_argument("--another", action="store_true", help="although somebody runs the clinic already")

    def handle(self, *args: Any, **options: Any) -> None:
        site = clinic_named(options["site"])
        there = StaffUser.objects.filter(site=site, is_active=True, role__in=RUNNERS).order_by("pk").first()
        if there is not None and not options["another"]:
            raise CommandError(f"{there.name} runs {site.name} and can invite others. --another makes one more.")
        token = new_invitation_token()
        try:
            person = invite_person(
                site=site,
                username=options["username"],
                account=Account(options["name"], "", Role.ADMINISTRATOR, is_ketamine_trained=False),
                to="",
                token=token,
                by=None,
                at=timezone.now(),
            )
        except (Refused, ValidationError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{person.name} sets the password here, once, within {INVITATION_DAYS} days:")
        self.stdout.write(invitation_address(token))
