"""What a clinic decided about charting at the chair."""

from infusions.models import ChairsideSettings
from kitclinic.models import Site


def chairside_settings(site: Site) -> ChairsideSettings:
    """The site's settings; the defaults, unsaved, where nobody has set any. One query."""
    return ChairsideSettings.objects.filter(site=site).first() or ChairsideSettings(site=site)
