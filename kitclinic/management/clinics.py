"""Which clinic a command means."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from kitclinic.models import Site


def add_site_argument(parser: ArgumentParser) -> None:
    """Let a command name its clinic; with only one clinic it need not."""
    parser.add_argument("--site", default="", metavar="SLUG", help="the clinic; may be left out when there is one")


def clinic_named(slug: str) -> Site:
    """Return the clinic with this slug, or the only one; CommandError with a sentence otherwise."""
    clinics = Site.objects.filter(registry_of__isnull=True)
    names = ", ".join(clinics.order_by("slug").values_list("slug", flat=True))
    if slug:
        found = clinics.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no clinic “{slug}”. Known: {names or 'none'}.")
        return found
    if clinics.count() != 1:
        raise CommandError(f"Name the clinic with --site. Known: {names or 'none; make one first'}.")
    return clinics.get()
