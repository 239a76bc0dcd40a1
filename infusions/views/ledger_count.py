"""The shift count: blind, vial by vial; what the ledger expected is shown when the count stands."""

from uuid import uuid4

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions import actions
from infusions.forms.counts import CountForm
from infusions.models import Vault
from infusions.queries.ledger import newest_movement, vial_lines
from infusions.queries.ledger_page import counts, vaults
from infusions.rules.ledger_reports import LED_36, meanwhile_problems
from kitclinic.access import StaffRequest, requires
from kitclinic.http import key_in, page, raise_clash, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission


@requires(Permission.HANDLE_DRUGS)
def ledger_count(request: StaffRequest) -> HttpResponse:
    """?vault= chooses among several; without it, the first one."""
    vault = _asked(request)
    if vault is None:
        return page(request, "infusions/ledger_count.html", {"vault": None})
    form = _form(request, vault)
    if request.method != "POST":
        return _page(request, vault, form)
    is_read, data = form.is_valid(), form.cleaned_data
    known = counts(request.clinic).filter(key=data["key"]).first() if "key" in data else None
    if known:  # sent twice: the first one stands
        return redirect("infusions:ledger_counted", pk=known.pk)
    if not is_read:
        moved = "seen" in data and data["seen"] != newest_movement(vault)
        return _refused(request, vault, form, tuple(meanwhile_problems(moved_meanwhile=moved)))
    try:
        count = actions.count_vault(
            vault=vault,
            counted=form.counted(),
            by=request.user,
            at=timezone.now(),
            key=data["key"],
            note=data["note"],
            seen=data["seen"],
        )
    except Refused as refused:
        return _refused(request, vault, form, refused.problems)
    say(request, f"The count of {vault.name} is saved.")
    return redirect("infusions:ledger_counted", pk=count.pk)


def _asked(request: StaffRequest) -> Vault | None:
    asked = request.GET.get("vault", "")
    if not asked:
        return vaults(request.clinic).filter(in_use=True).first()
    return get_object_or_404(vaults(request.clinic), pk=key_in(asked))


def _form(request: StaffRequest, vault: Vault) -> CountForm:
    if request.method != "POST":
        return _fresh(request, vault)
    return CountForm(request.POST, lines=vial_lines(request.clinic, vault=vault))


def _fresh(request: StaffRequest, vault: Vault) -> CountForm:
    """Nothing filled in, of what is in the vault now."""
    initial = {"key": uuid4(), "seen": newest_movement(vault)}
    return CountForm(lines=vial_lines(request.clinic, vault=vault), initial=initial)


def _refused(request: StaffRequest, vault: Vault, form: CountForm, problems: tuple[Problem, ...]) -> HttpResponse:
    """The form as it was filled in; an empty one where the vault is no longer what it was made for (LED-36)."""
    raise_clash(problems)
    is_stale = any(problem.rule == LED_36.id for problem in problems)
    return _page(request, vault, _fresh(request, vault) if is_stale else form, status=422, problems=problems)


def _page(
    request: StaffRequest,
    vault: Vault,
    form: CountForm,
    *,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    context = {
        "vault": vault,
        "others": [one for one in vaults(request.clinic).filter(in_use=True) if one != vault],
        "form": form,
        "refused": problems,
    }
    return page(request, "infusions/ledger_count.html", context, status=status)


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger_counted(request: StaffRequest, pk: int) -> HttpResponse:
    """What was expected and what was counted."""
    count = get_object_or_404(counts(request.clinic), pk=pk)
    lines = count.lines.select_related(
        "vial__product", "vial__receipt", "discrepancy__answer", "discrepancy__movement"
    )
    context = {"count": count, "lines": lines.order_by(F("discrepancy").asc(nulls_last=True), "vial__number")}
    return page(request, "infusions/ledger_counted.html", context)
