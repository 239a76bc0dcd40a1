"""How much may be sent: 1 MB everywhere, a file only where a page takes one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from kitclinic.http import refusal
from kitclinic.problems import Blocker
from kitclinic.web_rules import WEB_03

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., Any]
ROUND_IT = 64 * 1024  # bytes of the form around a file
UNKNOWN = 10**12  # bytes: a length that is no length


def takes_files(*, most: int) -> Callable[[View], View]:
    """Declare that a view takes a file of at most this many bytes."""

    def decorate(view: View) -> View:
        view.file_most = most  # type: ignore[attr-defined]
        return view

    return decorate


def measures_itself(view: View) -> View:
    """Declare that a view of other systems refuses by the head of a request, in their format, reading nothing."""
    view.measures_itself = True  # type: ignore[attr-defined]
    return view


class NoFiles(FileUploadHandler):
    """Takes no file: reading ends at the first one, before anything of it is kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.request.sent_a_file = True  # type: ignore[union-attr]
        raise SuspiciousOperation("a file was sent to a page that takes none")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data  # never reached: new_file has raised

    def file_complete(self, file_size: int) -> None:
        return None


class BodyMiddleware:
    """Refuse in words what is too long (413), and files where none is asked for (415) (WEB-03)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = _view(request)
        if hasattr(view, "measures_itself"):
            return self.get_response(request)
        most = int(getattr(view, "file_most", 0))
        limit = most + ROUND_IT if most else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = _length(request)
        if length > limit:
            return _refused(request, 413, _too_long(length, limit))
        if not most:
            request.upload_handlers = [NoFiles(request)]
        response = self.get_response(request)
        if getattr(request, "sent_a_file", False):
            return _refused(
                request, 415, "This page takes no files. Nothing was saved; send the form without one."
            )
        return response


def _refused(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    return refusal(request, (Blocker(WEB_03.id, sentence),), status=status)


def _too_long(length: int, limit: int) -> str:
    known = f" It has {length / 1_000_000:.0f} MB." if length < UNKNOWN else ""
    return f"What was sent is longer than {limit / 1_000_000:.0f} MB.{known} Nothing was saved; send less."


def _view(request: HttpRequest) -> View | None:
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _length(request: HttpRequest) -> int:
    """Bytes that the head promises; a length that is none counts as too long."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else UNKNOWN
