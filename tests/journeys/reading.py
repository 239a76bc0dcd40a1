"""An answer as a person reads it: its words, its links, its forms with what is filled in."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

SILENT = {"script", "style", "template", "svg", "kbd"}
INLINE = {"b", "i", "strong", "em"}  # the only tags that do not part words
Attributes = dict[str, str | None]


@dataclass
class Control:
    """One field. options: the values that can be chosen; chosen: those that are."""

    name: str
    kind: str
    chosen: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Button:
    """A button that sends. words: what stands on it; bold: the part of it in bold."""

    attributes: Attributes
    words: str = ""
    bold: str = ""

    def reads(self, label: str) -> bool:
        return label in (" ".join(self.words.split()), " ".join(self.bold.split()))

    def begins(self, label: str) -> bool:
        return " ".join(self.words.split()).startswith(label)


@dataclass
class Form:
    """A form. depth: 1 inside a dialog that is open, so that it is looked at first."""

    attributes: Attributes
    depth: int = 0
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


@dataclass
class Link:
    address: str
    words: str = ""


class Page(HTMLParser):
    """One answer. words: everything that can be read, with single spaces."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.loads: list[str] = []
        self.touches: list[Button] = []  # outside any form, each an act of its own
        self._text: list[str] = []
        self._silent = self._bold = self._dialog = 0
        self._form: Form | None = None
        self._link: Link | None = None
        self._button: Button | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self._option: list[str] | None = None
        self._elsewhere: list[tuple[str, Button | None, Attributes]] = []
        self.feed(html)
        self.close()
        self._settle()

    @property
    def words(self) -> str:
        return " ".join("".join(self._text).split())

    def read(self, fragment: str) -> None:
        """Add a part of the page that arrives by itself."""
        more = Page(fragment)
        self.links += more.links
        self.forms += more.forms
        self.touches += more.touches
        self._text += [" ", more.words]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Attributes = dict(attrs)
        if tag in SILENT:
            self._silent += 1
        if given.get("hx-trigger") == "load" and given.get("hx-get"):
            self.loads.append(str(given["hx-get"]))
        self._part(tag)
        start = getattr(self, f"_{tag}_begins", None)
        if start is not None:
            start(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        end = getattr(self, f"_{tag}_ends", None)
        if end is not None:
            end()
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag in INLINE:
            return
        self._text.append(" ")
        if self._link is not None:
            self._link.words += " "

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._area is not None:
            self._area.chosen = [data.removeprefix("\n")]
            return
        self._text.append(data)
        if self._link is not None:
            self._link.words += data
        if self._button is not None:
            self._button.words += f"{data} "
            if self._bold:
                self._button.bold += data

    def _b_begins(self, given: Attributes) -> None:
        self._bold += 1

    def _b_ends(self) -> None:
        self._bold -= 1

    def _dialog_begins(self, given: Attributes) -> None:
        self._dialog = 1 if "data-kc-open-now" in given else 0

    def _dialog_ends(self) -> None:
        self._dialog = 0

    def _form_begins(self, given: Attributes) -> None:
        self._form = Form(given, depth=self._dialog)
        self.forms.append(self._form)

    def _form_ends(self) -> None:
        self._form = None

    def _a_begins(self, given: Attributes) -> None:
        self._link = Link(given.get("href") or "")
        self.links.append(self._link)

    def _a_ends(self) -> None:
        self._link = None

    def _button_begins(self, given: Attributes) -> None:
        self._button = Button(given)
        if given.get("type", "submit") != "submit":
            if given.get("hx-post") or given.get("hx-get"):
                self.touches.append(self._button)
            return
        if given.get("form"):
            self._elsewhere.append((str(given["form"]), self._button, {}))
        elif self._form is not None:
            self._form.buttons.append(self._button)

    def _button_ends(self) -> None:
        self._button = None

    def _input_begins(self, given: Attributes) -> None:
        if given.get("form"):
            self._elsewhere.append((str(given["form"]), None, given))
        elif self._form is not None:
            _fill(self._form, given)

    def _textarea_begins(self, given: Attributes) -> None:
        self._area = self._named(given, "textarea")

    def _textarea_ends(self) -> None:
        self._area = None

    def _select_begins(self, given: Attributes) -> None:
        self._select = self._named(given, "select")

    def _select_ends(self) -> None:
        if self._select is not None and not self._select.chosen:
            self._select.chosen = self._select.options[:1]
        self._select = None

    def _option_begins(self, given: Attributes) -> None:
        if self._select is not None:
            value = given.get("value") or ""
            self._select.options.append(value)
            if "selected" in given:
                self._select.chosen = [value]

    def _named(self, given: Attributes, kind: str) -> Control | None:
        if self._form is None or not given.get("name"):
            return None
        return self._form.controls.setdefault(str(given["name"]), Control(str(given["name"]), kind))

    def _settle(self) -> None:
        by_id = {form.attributes.get("id"): form for form in self.forms}
        for form_id, button, given in self._elsewhere:
            form = by_id.get(form_id)
            if form is None:
                continue
            if button is not None:
                form.buttons.append(button)
            else:
                _fill(form, given)

    def touched_by(self, label: str) -> list[Button]:
        """The buttons outside any form that read so, or are read out so."""
        said = [(str(button.attributes.get("aria-label") or ""), button) for button in self.touches]
        return [button for spoken, button in said if button.reads(label) or spoken.startswith(label)]

    def forms_with(self, label: str) -> list[tuple[Form, Button]]:
        """Forms with a button that reads so, else that begins so; an open dialog's first."""
        every = [
            (form, button) for form in sorted(self.forms, key=lambda one: -one.depth) for button in form.buttons
        ]
        exact = [(form, button) for form, button in every if button.reads(label)]
        return exact or [(form, button) for form, button in every if button.begins(label)]


def _fill(form: Form, given: Attributes) -> None:
    name, kind = given.get("name"), given.get("type") or "text"
    if not name or kind in {"submit", "button"} or "disabled" in given:
        return
    control = form.controls.setdefault(name, Control(name, kind))
    value = given.get("value") or ""
    if kind in {"radio", "checkbox"}:
        value = value if "value" in given else "on"  # an empty value is sent as it is
        control.options.append(value)
        if "checked" in given:
            control.chosen.append(value)
    else:
        control.chosen = [value]
