"""``response_rates`` prints who answers which window, after which reminder, by which channel."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kitclinic.models import Site
from outcomes.queries.response import response_of
from outcomes.rules.response import PUBLISHED_SOURCE, RESPONSE_RATES, Rate

DAYS = 365


class Command(BaseCommand):
    help = "Print the response rates of one clinic, of the windows that closed between two days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="slug of the clinic")
        parser.add_argument("--since", type=date.fromisoformat, help="first day on which a window closed")
        parser.add_argument("--until", type=date.fromisoformat, help="last day on which a window closed")

    def handle(self, *args: Any, **options: Any) -> None:
        site, at = Site.objects.filter(slug=options["site"]).first(), timezone.now()
        if site is None:
            raise CommandError(f"There is no clinic called {options['site']}.")
        last = options["until"] or site.today(at)
        first = options["since"] or last - timedelta(days=DAYS)
        report = response_of(site, first=first, last=last, at=at)
        self.stdout.write(f"{site.name}: windows that closed from {first} to {last}")
        if site.is_demo:
            self.stdout.write("Simulated: nobody here is real.")
        blocks: tuple[tuple[str, list[Rate]], ...] = (
            ("Any answer, by window", [one.any for one in (*report.windows, report.all)]),
            ("All answered, by window", [one.full for one in (*report.windows, report.all)]),
            ("Answered so far, by step", [one.so_far for one in report.steps]),
            ("Answered after this step, of those it reached", [one.reached for one in report.steps]),
            ("By channel of the invitation", list(report.channels)),
            ("How it was answered", list(report.modes)),
        )
        for title, rates in blocks:
            self.stdout.write(f"\n{title}")
            for rate in rates:
                self.stdout.write(_line(rate))
        self.stdout.write(f"\n{RESPONSE_RATES.sentence} ({RESPONSE_RATES.id})\n{PUBLISHED_SOURCE}")


def _line(rate: Rate) -> str:
    if rate.interval is None:
        return f"  {rate.label:<32}  none"
    low, high = rate.interval
    return f"  {rate.label:<32} {rate.percent!s:>6}%  {rate.count} of {rate.n}, 95% interval {low} to {high}"
