"""``manage.py verify_chain``: what of the audit trail was tampered with, line by line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.actions import check_chain
from kitclinic.chain_heads import told
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
        heads, forged = told()
        wrong = len(forged)
        for sentence in forged:
            self.stdout.write(f"Store of heads: {sentence}")
        for site in sites:
            before = wrong
            for finding in check_chain(site=site, heads=heads, forged=len(forged), at=timezone.now()):
                self.stdout.write(f"{finding.site}: {finding.sentence}")
                wrong += 1
            if wrong == before:
                links = AuditLink.objects.filter(site=site).count()
                agree = sum(one.site == site.slug for one in heads)
                self.stdout.write(f"{site.slug}: {links:,} links in order, {agree:,} told heads agree.")
        if wrong:
            raise CommandError(f"{wrong:,} {'finding' if wrong == 1 else 'findings'}.")
