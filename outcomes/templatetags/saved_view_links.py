"""The way from a page of outcomes to keeping what it shows."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from outcomes.rules.saved_views import PAGES

register = template.Library()


@register.inclusion_tag("outcomes/_save_view.html", takes_context=True)
def save_view(context: Any) -> dict[str, str]:
    """A button, on pages whose view can be kept."""
    request = context["request"]
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name not in PAGES:
        return {"address": ""}
    return {"address": f"{reverse('outcomes:saved_view_new')}?{urlencode(request.GET.dict() | {'on': name})}"}
