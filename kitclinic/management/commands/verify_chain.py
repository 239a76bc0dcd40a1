"""``manage.py verify_chain``: what of the audit trail was tampered with, line by line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kitclinic.chain import findings, seal
from kitclinic.chain_heads import ForgedHeadError, Head, read, shipped
from kitclinic.models import AuditLink, Site


class Command(BaseCommand):
    help = "Check every site's audit chain against itself and against the heads that were kept elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default="", metavar="SLUG", help="one site; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        sites = Site.objects.order_by("pk")
        if options["site"]:
            sites = sites.filter(slug=options["site"])
            if not sites:
                raise CommandError(f"There is no site “{options['site']}”.")
        heads, wrong = self._heads()
        for site in sites:
            seal(site)
            before = wrong
            for finding in findings(site, heads):
                self.stdout.write(f"{finding.site}: {finding.sentence}")
                wrong += 1
            if wrong == before:
                links = AuditLink.objects.filter(site=site).count()
                told = sum(one.site == site.slug for one in heads)
                self.stdout.write(f"{site.slug}: {links:,} links in order, {told:,} told heads agree.")
        if wrong:
            raise CommandError(f"{wrong:,} {'finding' if wrong == 1 else 'findings'}.")

    def _heads(self) -> tuple[list[Head], int]:
        heads, forged = [], 0
        for line in shipped():
            try:
                heads.append(read(line))
            except ForgedHeadError as error:
                self.stdout.write(f"Store of heads: {error}")
                forged += 1
        return heads, forged
