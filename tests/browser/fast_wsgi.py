"""The web server's entry point with a clock that a test steps forward. Before anything reads the time."""

import os
from pathlib import Path

from django.utils import timezone

from tests.browser.clock import FILE, Clock

timezone.now = Clock(Path(os.environ[FILE])).now

from kitclinic.wsgi import application  # noqa: E402

__all__ = ["application"]
