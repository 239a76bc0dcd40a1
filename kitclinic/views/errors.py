"""Pages for what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was older than the session: say what to do, keep the 403."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
