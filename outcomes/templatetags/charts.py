"""Charts in templates: the drawing as SVG, what the script draws, and the numbers as a table."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from outcomes.charts.drawing import Drawing
from outcomes.charts.page import page_figure_1, page_strip
from outcomes.charts.rendering import for_page, for_script

register = template.Library()
register.simple_tag(page_figure_1)
register.simple_tag(page_strip)


@register.filter
def drawn(drawing: Drawing) -> SafeString:
    """The drawing as SVG; its texts were escaped by the converter."""
    return mark_safe(for_page(drawing))  # noqa: S308  # nosec


@register.filter
def specified(drawing: Drawing) -> SafeString:
    """What the script draws, for a template element; "<", ">" and "&" are escaped as JSON escapes them."""
    return mark_safe(for_script(drawing))  # noqa: S308  # nosec
