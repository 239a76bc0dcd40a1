"""Reads the environment strictly: a setting is absent, right, or a loud error."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

KNOWN = frozenset(
    {
        "KITCLINIC_BASE_URL",
        "KITCLINIC_BREACHED_PASSWORDS",
        "KITCLINIC_CHAIN_KEY",
        "KITCLINIC_CHAIN_STORE",
        "KITCLINIC_DEBUG",
        "KITCLINIC_DELIVERY",
        "KITCLINIC_DEMO",
        "KITCLINIC_EMAIL_URL",
        "KITCLINIC_EXPORTS_AN_HOUR",
        "KITCLINIC_HOSTS",
        "KITCLINIC_HTTPS",
        "KITCLINIC_OWN_DEVICES_LOCK",
        "KITCLINIC_PROXIES",
        "KITCLINIC_SECOND_STEP",
        "KITCLINIC_SEARCHES_A_MINUTE",
        "KITCLINIC_SECRET_KEY",
        "KITCLINIC_SSO",
        "KITCLINIC_SECURITY_CONTACT",
        "KITCLINIC_STATIC_ROOT",
        "KITCLINIC_SUPERVISOR",
        "KITCLINIC_VAR",
    }
)

FAMILIES = ("KITCLINIC_SSO_",)  # names that continue; whoever reads them refuses what it does not know


class EnvironmentProblem(Exception):
    """The environment holds something this program does not understand."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The process's environment variables, read strictly."""

    values: Mapping[str, str]

    @classmethod
    def of_this_process(cls) -> "Environment":
        mine = (name for name in os.environ if name.startswith("KITCLINIC_"))
        unknown = sorted(name for name in mine if name not in KNOWN and not name.startswith(FAMILIES))
        if unknown:
            raise EnvironmentProblem(
                f"Unknown setting {', '.join(unknown)}. Known settings: {', '.join(sorted(KNOWN))}."
            )
        return cls(os.environ)

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise EnvironmentProblem(f"{name} must be 1 or 0, not {value!r}.")

    def choice(self, name: str, allowed: set[str], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise EnvironmentProblem(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}.")
        return value

    def number(self, name: str, *, default: int = 0) -> int:
        value = self.text(name)
        if value and not (value.isascii() and value.isdecimal()):
            raise EnvironmentProblem(f"{name} must be a whole number, not {value!r}.")
        return int(value) if value else default

    def limit(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal() and 0 < len(value) < 7 and int(value)):
            raise EnvironmentProblem(f"{name} must be a whole number above 0, not {value!r}.")
        return int(value)

    def address(self, name: str) -> str:
        value = self.text(name)
        if value and (not value.startswith(("mailto:", "https://", "tel:")) or any(c <= " " for c in value)):
            raise EnvironmentProblem(f"{name} must begin with mailto:, https:// or tel:, not be {value!r}.")
        return value

    def words(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] if value else default


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed over. tls: from the first byte on; starttls: after the greeting."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool
    sender: str


MAIL_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


def mail_server(url: str, *, name: str) -> MailServer:
    """Turn smtps://user:password@host:port?from=address into the parts of a mail server.

    Schemes: smtps, smtp+starttls, and smtp for a server on this machine only.
    Raises EnvironmentProblem for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise EnvironmentProblem(f"{name} must look like smtps://user:password@host?from=clinic@example.org.")
    if parts.scheme == "smtp" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise EnvironmentProblem(f"{name} would send without encryption: use smtps:// or smtp+starttls://.")
    options = dict(parse_qsl(parts.query))
    sender = options.pop("from", "")
    if options or "@" not in sender or any(sign in sender for sign in "\r\n"):
        raise EnvironmentProblem(f"{name} needs ?from= with the clinic's e-mail address, and nothing more.")
    try:
        port = parts.port or MAIL_PORTS[parts.scheme]
    except ValueError as error:
        raise EnvironmentProblem(f"{name} has no valid port.") from error
    return MailServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
        sender=sender,
    )


def database(url: str, *, name: str) -> dict[str, object]:
    """Turn postgresql://user:password@host:port/database?option=… into Django's settings.

    Raises EnvironmentProblem for anything that is not PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise EnvironmentProblem(f"{name} must start with postgresql://, not {parts.scheme or 'nothing'}.")
    if not parts.path.strip("/"):
        raise EnvironmentProblem(f"{name} names no database: postgresql://user@host/database.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "kitclinic.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }
