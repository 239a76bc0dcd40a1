"""The audit chain is verified, and that it was is written down."""

from collections.abc import Sequence
from datetime import datetime

from kitclinic.chain import Finding, findings, head, seal
from kitclinic.chain_heads import Head, told
from kitclinic.models import ChainCheck, Site


def check_chain(*, site: Site, heads: Sequence[Head], forged: int = 0, at: datetime) -> list[Finding]:
    """Link what waits, then return everything wrong with this site's chain (AUD-02).

    heads: told before. forged: lines among them that are not ours; they count as found at every site.
    """
    seal(site)
    last, found = head(site, at), list(findings(site, heads))
    ChainCheck.objects.create(site=site, at=at, number=last.number if last else 0, findings=len(found) + forged)
    return found


def check_chains(*, at: datetime) -> int:
    """Check every site's chain against the heads that can be read; return how much is wrong."""
    heads, forged = told()
    sites = Site.objects.order_by("pk")
    found = [check_chain(site=site, heads=heads, forged=len(forged), at=at) for site in sites]
    return sum(map(len, found)) + len(forged)
