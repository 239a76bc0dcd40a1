"""A command that writes a document, or with --check only says whether it is up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class DocumentCommand(BaseCommand):
    path: Path

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; fail when it differs")

    def text(self) -> str:
        raise TypeError(f"{type(self).__name__} says nothing to write")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = self.text()
        if options["check"]:
            if not self.path.exists() or self.path.read_text(encoding="utf-8") != wanted:
                raise CommandError(f"{self.path.name} is out of date: run make documents and commit it.")
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(wanted, encoding="utf-8")
        self.stdout.write(f"Wrote {self.path}")
