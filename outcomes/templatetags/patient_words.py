"""``{% say "next" %}``: our own words on the patient's pages, in the page's language."""

from typing import Any

from django import template

from outcomes.rules.words import words

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: Any) -> str:
    """Return a text of the page's ``words``, filled in."""
    said = context.get("words") or words("en")
    return str(said.say(key, **values))
