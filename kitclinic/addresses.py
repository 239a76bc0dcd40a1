"""Where a request comes from, behind as many proxies as the setting PROXIES says."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104  (what a socket of this machine without an address is written down as)  # nosec


def client_address(request: HttpRequest) -> str:
    """The client's address; of X-Forwarded-For only the part that the clinic's own proxies wrote."""
    told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    trusted = settings.PROXIES
    said = told[-trusted] if 0 < trusted <= len(told) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(said.partition("%")[0]))
    except ValueError:
        return NOWHERE
