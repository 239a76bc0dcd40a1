"""Somebody in front of a browser that only follows links and sends forms.

A field that is not on the page, a choice that is not offered and a button that is not there fail at once:
what these journeys do, a person can do.
"""

import json
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import reverse

from kitclinic.models import StaffUser
from tests.factories.people import PASSWORD
from tests.journeys.reading import Button, Control, Form, Page


class Person:
    """One browser with its cookies. page, words, status, address: of the last answer."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.page = Page("")
        self.status = 0
        self.address = "/"

    @property
    def words(self) -> str:
        return self.page.words

    def open(self, address: str, *, status: int = 200) -> "Person":
        return self._show(self.client.get(address, follow=True), address, status)

    def at(self, name: str, *args: Any, status: int = 200) -> "Person":
        """Open a page by its URL name."""
        return self.open(reverse(name, args=args), status=status)

    def follow(self, words: str, *, status: int = 200) -> "Person":
        """Press the one link that reads so (or the first that begins so)."""
        return self.open(urljoin(self.address, self.link(words)), status=status)

    def link(self, words: str) -> str:
        said = [(" ".join(link.words.split()), link.address) for link in self.page.links]
        exact = [address for text, address in said if text == words]
        found = exact or [address for text, address in said if text.startswith(words)]
        assert found, f"no link {words!r} at {self.address}; there are {[text for text, _ in said]}"
        return found[0]

    def can_press(self, label: str) -> bool:
        return any("disabled" not in button.attributes for _, button in self.page.forms_with(label))

    def press(self, label: str, *, within: str = "", status: int = 200, **fields: Any) -> "Person":
        """Fill the form with this button and press it.

        fields: text, True or False for one box, a list for several. within: a part of the form's address.
        """
        form, button = self._form(label, within)
        data = _data(form, button, fields)
        action = button.attributes.get("formaction") or form.attributes.get("action") or self.address
        address = urljoin(self.address, action)
        if (form.attributes.get("method") or "get").lower() == "get":
            answer = self.client.get(address, data, follow=True)
        else:
            answer = self.client.post(address, data, follow=True)
        return self._show(answer, address, status)

    def touch(self, label: str) -> "Person":
        """Touch a button outside any form: what it fetches is read; after a change the page is read anew."""
        found = self.page.touched_by(label)
        assert found, f"nothing to touch reads {label!r} at {self.address}\n{self.words}"
        given = found[0].attributes
        if given.get("hx-get"):
            self.page.read(self.client.get(str(given["hx-get"]), headers={"HX-Request": "true"}).content.decode())
            return self
        data = json.loads(given.get("hx-vals") or "{}")
        data["csrfmiddlewaretoken"] = self.client.cookies["kitclinic_csrf"].value
        answer = self.client.post(str(given["hx-post"]), data, headers={"HX-Request": "true"})
        assert answer.status_code == 200, f"{answer.status_code} after {label!r}: {answer.content.decode()}"
        return self.open(self.address)

    def find(self, words: str) -> "Person":
        """Type into the bar's search for patients and press Enter."""
        (form,) = [form for form in self.page.forms if "q" in form.controls and not form.buttons][:1]
        address, data = (
            str(form.attributes["action"]),
            {name: form.controls[name].chosen[:1] for name in form.controls},
        )
        data["q"] = [words]
        return self._show(self.client.post(address, data, follow=True), address, 200)

    def _form(self, label: str, within: str) -> tuple[Form, Button]:
        found = [
            (form, button)
            for form, button in self.page.forms_with(label)
            if within in str(button.attributes.get("formaction") or form.attributes.get("action") or self.address)
        ]
        buttons = [" ".join(one.words.split()) for form in self.page.forms for one in form.buttons]
        assert found, f"no button {label!r} at {self.address}; there are {buttons}\n{self.words}"
        form, button = found[0]
        assert "disabled" not in button.attributes, f"{label!r} cannot be pressed at {self.address}"
        return form, button

    def _show(self, answer: Any, address: str, status: int) -> "Person":
        chain = getattr(answer, "redirect_chain", [])
        self.address = urljoin(address, chain[-1][0]) if chain else address
        kind = answer.headers.get("Content-Type", "")
        self.page = Page(answer.content.decode() if kind.startswith("text/html") else "")
        self.status = answer.status_code
        assert self.status == status, f"{self.status} at {self.address}: {self.words}"
        for part in self.page.loads:
            self.page.read(self.client.get(part, headers={"HX-Request": "true"}).content.decode())
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.address).path


class Staff(Person):
    """A member of staff who has signed in with the password."""

    def __init__(self, user: StaffUser) -> None:
        super().__init__()
        self.user = user
        self.open("/").press("Sign in", username=user.username, password=PASSWORD)


def _data(form: Form, button: Button, fields: dict[str, Any]) -> dict[str, list[Any]]:
    data: dict[str, list[Any]] = {name: list(control.chosen) for name, control in form.controls.items()}
    for name, value in fields.items():
        assert name in form.controls, f"no field {name!r}; there are {sorted(form.controls)}"
        data[name] = _typed(form.controls[name], value)
    if button.attributes.get("name"):
        data[str(button.attributes["name"])] = [str(button.attributes.get("value") or "")]
    return {name: values for name, values in data.items() if values}


def _typed(control: Control, value: Any) -> list[Any]:
    if control.kind == "file":
        return [value]
    if value is True:
        return control.options[:1]
    if value is False or value is None:
        return []
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    if control.options:
        unknown = [one for one in values if one not in control.options]
        assert not unknown, f"{control.name}: {unknown} is not offered; {control.options} are"
    return values
