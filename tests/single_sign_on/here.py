"""A clinic whose staff may come by a real provider, and what its pages say."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.openid_providers import Provider
from tests.factories import people
from tests.single_sign_on.provider import Person, configured, says_who

LANDED = "/people/"


@dataclass
class Here:
    """A clinic whose staff may come by the provider. browser: what the person uses there."""

    site: Site
    admin: StaffUser
    settings: Any
    issuer: str
    client: Client = field(default_factory=Client)
    browser: Person = field(default_factory=Person)

    def uses(self, **fields: Any) -> Provider:
        provider = configured(self.issuer, **fields)
        self.settings.SINGLE_SIGN_ON = {"work": provider}
        return provider

    def invited(self, username: str = "ines", role: str = "nurse") -> StaffUser:
        person = people.staff(role, site=self.site, username=username)
        person.set_unusable_password()
        person.save()
        return person

    def begun(self) -> str:
        """The address at the provider, after the button was pressed."""
        page = self.client.post(reverse("single_sign_on", args=["work"]), {"next": LANDED})
        assert page.status_code == 200, page.content
        (address,) = re.findall(r'href="([^"]+)"[^>]* data-kc-go-on', page.content.decode())
        return unescape(address)

    def answered(self, who: str = "sub-1") -> dict[str, str]:
        """What the provider's way back carries, as the shell page hands it on."""
        back = urlsplit(says_who(self.begun(), who, browser=self.browser))
        page = self.client.get(f"{back.path}?{back.query}")
        assert page.status_code == 200
        found = re.findall(r'name="(code|state|iss)" value="([^"]*)"', page.content.decode())
        given = {name: unescape(value) for name, value in found}
        assert given["state"] == parse_qs(back.query)["state"][0]
        return given

    def hands_in(self, given: dict[str, str]) -> Any:
        return self.client.post(reverse("single_sign_on_back", args=["work"]), given)

    def comes(self, who: str = "sub-1") -> Any:
        return self.hands_in(self.answered(who))

    @property
    def is_in(self) -> str:
        """The key of who is signed in, "" for nobody."""
        return str(self.client.session.get("_auth_user_id", ""))


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())).split())


def refused(here: Here, answer: Any, sentence: str, *, status: int = 403) -> None:
    assert answer.status_code == status
    assert sentence in words(answer)
    assert here.is_in == ""
