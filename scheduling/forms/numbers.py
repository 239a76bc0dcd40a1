"""Fields for clinical numbers: read as they were typed, or refused in words (DOS-12)."""

from decimal import Decimal
from typing import Any

from django import forms

from kitclinic.display import show
from scheduling.rules.numbers import BLANKS, NotTyped, read_kg, read_number


class NumberField(forms.Field):
    """A number off a device. A plain text box: a browser's number box rewrites what is typed into it.

    places: decimals that may be typed; digits: before the point; least, most: the smallest and the largest
    that make sense at all, None for no such limit. error_messages: other words, by the code of ``NotTyped``.
    """

    def __init__(
        self,
        *,
        places: int,
        digits: int,
        least: Decimal | int | None = None,
        most: Decimal | int | None = None,
        inputmode: str = "decimal",
        **options: Any,
    ) -> None:
        attrs = {"inputmode": inputmode, "autocomplete": "off"}
        self.words: dict[str, str] = options.get("error_messages", {})
        super().__init__(**{"widget": forms.TextInput(attrs=attrs)} | options)
        self.places, self.digits, self.least, self.most = places, digits, least, most

    def to_python(self, value: Any) -> Any:
        text = "" if value is None else str(value)
        if not text.strip(BLANKS):
            return None
        try:
            number = self.read(text)
        except NotTyped as wrong:
            raise forms.ValidationError(self.words.get(wrong.code, str(wrong)), code=wrong.code) from wrong
        if self.least is not None and number < self.least:
            raise self._refused("min_value", f"Type {show(self.least)} or more.")
        if self.most is not None and number > self.most:
            raise self._refused("max_value", f"Type {show(self.most)} or less.")
        return number

    def _refused(self, code: str, sentence: str) -> forms.ValidationError:
        return forms.ValidationError(self.words.get(code, sentence), code=code)

    def read(self, text: str) -> Decimal | int:
        return read_number(text, places=self.places, digits=self.digits)


class ScaleField(NumberField):
    """A weight in kg, exactly as it stands on the scale: one decimal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(places=1, digits=3, **options)

    def read(self, text: str) -> Decimal:
        return read_kg(text)


class WholeField(NumberField):
    """A whole number of at most three digits, as a monitor shows it."""

    def __init__(self, *, digits: int = 3, **options: Any) -> None:
        super().__init__(places=0, digits=digits, inputmode="numeric", **options)

    def read(self, text: str) -> int:
        return int(read_number(text, places=0, digits=self.digits))
