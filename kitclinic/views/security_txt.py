"""Where a problem of security is reported."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import public

LASTS = timedelta(days=180)  # RFC 9116 asks for less than a year
NONE = (
    "Not found: this clinic has named no contact for problems of security here. Tell the clinic itself.\n"
    "(KITCLINIC_SECURITY_CONTACT in the settings of the server.)\n"
)


@public("RFC 9116: whoever finds a problem must be able to say so")
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: contact, until when this holds, where it stands. Anew each day, so it is never out of date."""
    if not settings.SECURITY_CONTACT:
        return HttpResponse(NONE, status=404, content_type="text/plain; charset=utf-8")
    until = datetime.combine(timezone.now().astimezone(UTC).date() + LASTS, time(), tzinfo=UTC)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.BASE_URL.rstrip('/')}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
