"""Pages on our base template in real Chromium, with answers the test chooses; no server, no database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template import engines
from playwright.sync_api import Page, Route

HOME = "http://kit.test"
NOW = 1_773_243_720  # Wed 11 Mar 2026, 10:42 in Chicago
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Answer = Callable[[Route], None]


@dataclass
class Clinic:
    """One page at HOME/page; posts to HOME/act are counted and answered by ``answer``."""

    page: Page
    content: str
    context: dict[str, Any] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    answer: Answer = lambda route: route.fulfill(status=204)

    def open(self) -> "Clinic":
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._serve)
        self.page.goto(f"{HOME}/page")
        return self

    def _listen(self, message: Any) -> None:
        if not message.text.startswith(("Failed to load resource", "Response Status", "htmx:")):
            self.complaints.append(message.text)  # what a failed request itself writes is left out

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME).partition("?")[0]
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            file = Path(str(found)) if found else None
            if file is None:
                route.fulfill(status=404)
            else:
                route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        elif path == "/act":
            self.acts.append(route.request.post_data or "")
            self.answer(route)
        else:
            route.fulfill(
                body=self.html(),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )

    def html(self) -> str:
        source = '{% extends "base.html" %}{% block content %}' + self.content + "{% endblock %}"
        return engines["django"].from_string(source).render({"now_epoch": NOW} | self.context)


def status(code: int, body: str = "", **headers: str) -> Answer:
    """Answer with this status, an HTML body and these headers ("_" for "-")."""

    def answer(route: Route) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        route.fulfill(status=code, body=body, content_type="text/html; charset=utf-8", headers=named)

    return answer


def dropped(route: Route) -> None:
    route.abort("connectionreset")


def hang(route: Route) -> None:
    """Never answer."""
