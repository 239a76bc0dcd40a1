"""Template and context to PDF. Nothing is fetched from anywhere: only our own static files are read."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "https://static.invalid"  # no such host; only a prefix that addresses are joined to
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}


class NotStatic(FatalURLFetchingError):
    """A document asked for something that is not one of our static files: no document is made."""


class OnlyStatic(URLFetcher):
    """Answers for our static files and refuses every other address, whatever the document asks for."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        prefix = BASE + settings.STATIC_URL
        if not url.startswith(prefix):
            raise NotStatic(f"A PDF reads our static files only, not {url[:80]}")
        name = url.removeprefix(prefix).split("?")[0].split("#")[0]
        return URLFetcherResponse(url, _static(name), {"Content-Type": TYPES[Path(name).suffix]})


def _static(name: str) -> bytes:
    """A static file by the name in its address: collected and hashed, or from the source folders."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise NotStatic(f"{name} is not a static file")
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return bytes(file.read())
    found = finders.find(name)
    if found is None:
        raise NotStatic(f"There is no static file {name}")
    return Path(str(found)).read_bytes()


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Render a template, usually one that extends print.html, and return the PDF.

    The context carries everything: no request, no user, no message gets into a document by itself.
    """
    html = render_to_string(template, context)
    return bytes(HTML(string=html, base_url=BASE + "/", url_fetcher=OnlyStatic()).write_pdf())
