"""Consent of one patient: the text, the signature, taking it back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, key_in, page, say
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.roster import ConsentForm
from scheduling.models import Consent, GroupSeat, Patient
from scheduling.queries.records import consents_by_patient, current_consent_text
from scheduling.views.roster_answers import answer, seat_of

PAGE, DIALOG = "scheduling/consent.html", "scheduling/_consent_dialog.html"


@requires(Permission.LEAD_GROUPS)
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    """The text with its signature box; on the roster in a dialog. pk: of the patient."""
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)
    if request.method == "POST":
        return _sign(request, patient)
    text = current_consent_text(site_id=request.clinic.pk, language=patient.language)
    seat = GroupSeat.objects.filter(
        site=request.clinic, patient=patient, pk=key_in(request.GET.get("seat"))
    ).first()
    form = ConsentForm(patient=patient, initial={"text": text, "seat": seat})
    return page(request, PAGE, _context(patient, form, text, seat), partial=DIALOG)


@requires(Permission.LEAD_GROUPS)
@require_POST
def consent_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a consent back; pk: of the consent."""
    found = get_object_or_404(Consent.objects.select_related("patient"), site=request.clinic, pk=pk)
    reason = request.POST.get("reason", "")
    actions.withdraw_consent(consent=found, reason=reason, by=request.user, at=timezone.now())
    seat = key_in(request.POST.get("seat"))
    if is_htmx(request) and seat:
        return answer(request, seat_of(request, seat), "consent")
    say(request, "The withdrawal is recorded.")
    return redirect("scheduling:consent", found.patient_id)


def _sign(request: StaffRequest, patient: Patient) -> HttpResponse:
    form = ConsentForm(request.POST, patient=patient)
    if not form.is_valid():
        raise Refused(
            [Blocker("ENR-74", "This form is out of date or too large. Open the consent again and sign.")]
        )
    confirmed = frozenset(request.POST.getlist("confirmed"))
    row = actions.sign_consent(
        patient=patient, by=request.user, at=timezone.now(), confirmed=confirmed, **form.cleaned_data
    )
    if is_htmx(request) and row.seat_id:
        response = answer(request, seat_of(request, row.seat_id), "consent")
        response.headers["HX-Trigger"] = "kc:close"
        return response
    say(request, "The consent is signed and kept.")
    return redirect("scheduling:consent", patient.pk)


def _context(patient: Patient, form: ConsentForm, text: object, seat: GroupSeat | None) -> dict[str, object]:
    signed = consents_by_patient([patient.pk], site_id=patient.site_id).get(patient.pk)
    return {"patient": patient, "form": form, "text": text, "seat": seat, "signed": signed}
