"""``add_staff`` adds a member of staff to a clinic and asks for the password."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.actions import add_staff
from kitclinic.models import Site
from kitclinic.roles import Role


class Command(BaseCommand):
    help = "Add a member of staff: add_staff juniper ines nurse --name 'Ines Varga' --credentials RN"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="the clinic's slug")
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", required=True, help="as it is printed under a signature")
        parser.add_argument("--credentials", default="")
        parser.add_argument(
            "--ketamine-trained", action="store_true", help="a nurse who counts on the floor of the suite"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no clinic {options['site']}. Make it with open_clinic.")
        password = getpass("Password: ")
        if password != getpass("Again: "):
            raise CommandError("The two passwords differ. Nobody was added.")
        try:
            user = add_staff(
                site=site,
                username=options["username"],
                name=options["name"],
                credentials=options["credentials"],
                role=options["role"],
                password=password,
                is_ketamine_trained=options["ketamine_trained"],
                at=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user} may sign in as {user.username}, {user.get_role_display().lower()}.")
