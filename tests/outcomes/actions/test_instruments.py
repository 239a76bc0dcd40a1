"""Licensed content: imported by one person, put into use by another, never changed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import InstrumentPiece, PieceDecision, PieceUpload
from outcomes.queries.instruments import askable, available
from outcomes.queries.questionnaires import parts_of
from outcomes.rules.cat_simulation import PATTERNS
from outcomes.rules.instruments import definitions
from outcomes.states import PieceKind
from tests.factories import licensed, people, scheduling
from tests.factories import outcomes as questionnaires
from tests.factories.licensed import (
    CAT,
    FORM,
    NOW,
    SHORT,
    as_bytes,
    bank,
    bank_csv,
    own_form,
    table_csv,
    table_rows,
)

pytestmark = pytest.mark.django_db
IDS = [item.id for item in bank().items]
WORDING = as_bytes(own_form(IDS))
BANK = bank_csv().encode()
DAY = timedelta(days=1)


@pytest.fixture
def admin(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


def refused(act: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    return [(problem.rule, problem.sentence) for problem in caught.value.problems]


def test_wording_and_bank_are_imported_by_one_and_activated_by_another(
    site: Site, lead: StaffUser, admin: StaffUser
) -> None:
    wording = licensed.imported(site=site, kind=PieceKind.WORDING, data=WORDING, by=lead)
    made = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK, by=lead)
    assert CAT not in askable(site, today=site.today(NOW))
    assert set(available(site, today=site.today(NOW))[CAT].missing) == {"wording", "bank"}
    for piece in (wording, made):
        actions.activate_piece(piece=piece, by=admin, at=NOW)
    found = askable(site, today=site.today(NOW))[CAT]
    assert found.instrument is not None
    assert found.instrument.bank is not None
    assert found.instrument.bank.sha256 == bank().sha256
    assert [item.code for item in found.instrument.items] == IDS
    events = AuditEvent.objects.filter(site=site, subject="outcomes_instrumentpiece").order_by("pk")
    assert [(event.event, event.by) for event in events] == [
        ("instrument piece imported", lead),
        ("instrument piece imported", lead),
        ("instrument piece activated", admin),
        ("instrument piece activated", admin),
    ]


def test_pro_63_who_imported_does_not_activate(site: Site, lead: StaffUser) -> None:
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK, by=lead)
    ((rule, sentence),) = refused(lambda: actions.activate_piece(piece=piece, by=lead, at=NOW))
    assert rule == "PRO-63"
    assert sentence.startswith("Ravi Adeyemi imported this, so somebody else activates it")
    assert not PieceDecision.objects.exists()


def test_the_report_of_a_bank_stays_with_it(site: Site) -> None:
    report = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK).report
    assert [(run["rule"], run["patterns"], run["failures"]) for run in report["dry_runs"]] == [
        ("adult", PATTERNS, []),
        ("recommended", PATTERNS, []),
    ]
    assert [row["simulees"] for row in report["simulation"]] == [2000, 2000]
    assert report["bank_sha256"] == bank().sha256
    said = {check["form"]: (check["state"], check["sentence"]) for check in report["checks"]}
    assert said[SHORT] == (
        "not checked",
        f"{SHORT} could not be compared: its score table is neither shipped nor installed.",
    )


def test_pro_59_a_bank_is_held_against_the_installed_table_of_its_short_form(site: Site) -> None:
    licensed.imported(
        site=site, instrument=SHORT, kind=PieceKind.WORDING, data=as_bytes(own_form(FORM)), version="v1.0"
    )
    licensed.imported(site=site, instrument=SHORT, kind=PieceKind.TABLE, data=table_csv().encode())
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK)
    assert [check["state"] for check in piece.report["checks"] if check["form"] == SHORT] == ["agrees"]
    other = bank_csv(licensed.bank(12, a=3.0)).encode()
    problems = refused(
        lambda: licensed.imported(site=site, kind=PieceKind.BANK, data=other, version="v1.0, another")
    )
    assert [rule for rule, _ in problems] == ["PRO-59"]
    assert "of 17 rows differ by more than 0.1; this looks like another version" in problems[0][1]
    assert InstrumentPiece.objects.filter(kind=PieceKind.BANK).count() == 1


def test_pro_59_a_table_is_held_against_the_installed_bank(site: Site) -> None:
    licensed.imported(site=site, kind=PieceKind.BANK, data=BANK)
    licensed.imported(site=site, instrument=SHORT, kind=PieceKind.WORDING, data=as_bytes(own_form(FORM)))
    wrong = {raw: (t - 1, se) for raw, (t, se) in table_rows().items()}
    problems = refused(
        lambda: licensed.imported(
            site=site, instrument=SHORT, kind=PieceKind.TABLE, data=table_csv(wrong).encode()
        )
    )
    assert [rule for rule, _ in problems] == ["PRO-59"]
    assert "17 of 17 rows differ" in problems[0][1]
    piece = licensed.imported(site=site, instrument=SHORT, kind=PieceKind.TABLE, data=table_csv().encode())
    assert piece.report["checks"][0]["state"] == "agrees"


def test_everything_wrong_with_a_file_is_told_at_once_and_nothing_is_kept(site: Site, lead: StaffUser) -> None:
    licensed.imported(site=site, kind=PieceKind.BANK, data=BANK)
    data = own_form([*IDS[1:], "X"])
    data["items"][0]["text"] = "<b>?</b>"
    problems = refused(
        lambda: licensed.imported(site=site, kind=PieceKind.WORDING, data=as_bytes(data), version="v9.0")
    )
    assert [rule for rule, _ in problems] == ["PRO-60", "PRO-54", "PRO-57", "PRO-57"]
    assert not InstrumentPiece.objects.filter(kind=PieceKind.WORDING).exists()


def test_pro_57_at_the_activation_a_bank_must_fit_what_is_asked_now(site: Site, admin: StaffUser) -> None:
    licensed.ready_cat(site=site)
    actions.retire_piece(
        piece=InstrumentPiece.objects.get(kind=PieceKind.WORDING), reason="For the other bank.", by=admin, at=NOW
    )
    licensed.active(
        site=site,
        kind=PieceKind.WORDING,
        data=WORDING,
        version="v1.0 again",
    )
    larger = licensed.bank(13)
    problems = refused(
        lambda: licensed.imported(site=site, kind=PieceKind.BANK, data=bank_csv(larger).encode(), version="v1.0 b")
    )
    assert [rule for rule, _ in problems] == ["PRO-57"]
    wider = as_bytes(own_form([item.id for item in larger.items]))
    assert refused(lambda: licensed.imported(site=site, kind=PieceKind.WORDING, data=wider, version="v1.0 w"))


def test_pro_57_two_that_do_not_fit_are_never_both_active(site: Site, admin: StaffUser) -> None:
    wording = licensed.imported(site=site, kind=PieceKind.WORDING, data=WORDING)
    actions.retire_piece(piece=wording, reason="Not yet.", by=admin, at=NOW)
    larger = bank_csv(licensed.bank(13)).encode()
    made = licensed.active(site=site, kind=PieceKind.BANK, data=larger)
    problems = refused(lambda: actions.activate_piece(piece=wording, by=admin, at=NOW))
    assert problems == [("PRO-57", "Item Q12 stands in the bank but not in the wording (en).")]
    actions.retire_piece(piece=made, reason="The other bank is right.", by=admin, at=NOW)
    actions.activate_piece(piece=wording, by=admin, at=NOW)


# -- versions


def test_pro_64_a_version_is_installed_once_and_never_changed(site: Site) -> None:
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK)
    problems = refused(lambda: licensed.imported(site=site, kind=PieceKind.BANK, data=BANK))
    assert "“v1.0” is installed already, and a version is never changed" in problems[0][1]
    for sql in (
        "UPDATE outcomes_instrumentpiece SET version = 'v1.1'",
        "DELETE FROM outcomes_instrumentpiece",
        "UPDATE outcomes_instrumentlicence SET expires_on = NULL",
    ):
        with pytest.raises(Exception) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert "permission denied" in str(caught.value)
    piece.version = "v1.1"
    with pytest.raises(TypeError, match="written once"):
        piece.save()


def test_pro_64_of_two_active_versions_the_one_imported_last_is_asked(site: Site, admin: StaffUser) -> None:
    licensed.ready_cat(site=site)
    second = own_form(IDS, stem="Second stem.")
    newer = licensed.active(
        site=site, at=NOW + DAY, kind=PieceKind.WORDING, data=as_bytes(second), version="v1.0, corrected"
    )
    assert _stem(site) == "Second stem."
    first = InstrumentPiece.objects.get(kind=PieceKind.WORDING, version="v1.0")
    actions.retire_piece(piece=first, reason="Misprint in the stem.", by=admin, at=NOW + DAY)
    problems = refused(lambda: actions.activate_piece(piece=first, by=admin, at=NOW + DAY))
    assert "“v1.0, corrected” was imported later and is active" in problems[0][1]
    actions.retire_piece(piece=newer, reason="Wrong language.", by=admin, at=NOW + 2 * DAY)
    assert CAT not in askable(site, today=site.today(NOW))
    actions.activate_piece(piece=first, by=admin, at=NOW + 2 * DAY)
    assert _stem(site) == "Invented stem."


def _stem(site: Site) -> str:
    instrument = askable(site, today=site.today(NOW))[CAT].instrument
    assert instrument is not None
    return instrument.stem


def test_pro_64_a_questionnaire_keeps_the_versions_it_was_sent_with(site: Site, admin: StaffUser) -> None:
    wording, made = licensed.ready_cat(site=site)
    sent = questionnaires.opened(site=site, instruments=(CAT,))
    newer = licensed.active(
        site=site, kind=PieceKind.WORDING, data=as_bytes(own_form(IDS, stem="Newer.")), version="v1.0, corrected"
    )
    actions.retire_piece(piece=made, reason="Under review.", by=admin, at=NOW)
    (part,) = parts_of(sent.assessment)
    assert (part.row.wording, part.row.bank) == (wording, made)
    assert part.instrument.stem == "Invented stem."
    first = part.course.next
    assert first is not None
    sent.answer(CAT, first, 3, key=uuid4())
    assert parts_of(sent.assessment)[0].course.asked == (first,)
    assert newer.pk != wording.pk


def test_pro_64_retiring_needs_a_reason_and_is_done_once(site: Site, admin: StaffUser) -> None:
    piece = licensed.active(site=site, kind=PieceKind.BANK, data=BANK)
    assert refused(lambda: actions.retire_piece(piece=piece, reason=" ", by=admin, at=NOW))
    actions.retire_piece(piece=piece, reason="Superseded.", by=admin, at=NOW)
    assert refused(lambda: actions.retire_piece(piece=piece, reason="Again.", by=admin, at=NOW))
    assert [one.decision for one in PieceDecision.objects.order_by("pk")] == ["activated", "retired"]


# -- licences


def test_pro_51_after_its_last_day_content_is_not_asked_until_the_licence_is_renewed(
    site: Site, lead: StaffUser
) -> None:
    ends = site.today(NOW) + 10 * DAY
    held = licensed.licence(site=site, expires_on=ends)
    licensed.ready_cat(site=site)
    assert CAT in askable(site, today=ends)
    assert CAT not in askable(site, today=ends + DAY)
    licensed.licence(site=site, identifier="INV-2", valid_from=ends + DAY, expires_on=None, renews=held)
    assert CAT in askable(site, today=ends + DAY)


def test_pro_50_nothing_is_imported_or_activated_under_a_licence_that_does_not_hold(
    site: Site, lead: StaffUser, admin: StaffUser
) -> None:
    held = licensed.licence(site=site, expires_on=site.today(NOW))
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=BANK, held=held)
    later = NOW + DAY
    assert [rule for rule, _ in refused(lambda: actions.activate_piece(piece=piece, by=admin, at=later))] == [
        "PRO-51"
    ]
    ahead = licensed.licence(site=site, identifier="INV-9", valid_from=site.today(NOW) + DAY, expires_on=None)
    problems = refused(lambda: licensed.imported(site=site, kind=PieceKind.WORDING, data=WORDING, held=ahead))
    assert [rule for rule, _ in problems] == ["PRO-50"]


def test_pro_50_a_licence_is_on_record_with_who_confirmed_it(site: Site, lead: StaffUser) -> None:
    held = licensed.licence(site=site, by=lead, holder="  Invented Licences ")
    assert (held.holder, held.confirmed_by, held.confirmed_at) == ("Invented Licences", lead, NOW)
    with pytest.raises(IntegrityError, match="licence_once"), transaction.atomic():
        licensed.licence(site=site, by=lead)
    assert refused(lambda: licensed.licence(site=site, identifier="I-2", expires_on=date(2026, 1, 1)))


# -- translations


def test_pro_62_phq_9_in_spanish_is_installed_and_english_stays_as_it_is_shipped(site: Site) -> None:
    data = own_form([str(n) for n in range(1, 10)], options=licensed.options(("no", "a", "b", "c"), first=0))
    assert "PRO-62" in [
        rule
        for rule, _ in refused(
            lambda: licensed.imported(
                site=site,
                instrument="PHQ-9",
                kind=PieceKind.WORDING,
                data=as_bytes(data),
                language="es",
                version="1",
            )
        )
    ]
    piece = licensed.active(
        site=site,
        instrument="PHQ-9",
        kind=PieceKind.WORDING,
        data=as_bytes(data),
        language="es",
        version="Spanish",
        translation_source="Invented translation office, 2026",
    )
    assert piece.translation_source == "Invented translation office, 2026"
    today = site.today(NOW)
    spanish, english = (askable(site, today=today, language=one)["PHQ-9"].instrument for one in ("es", "en"))
    assert spanish is not None
    assert english is not None
    assert (spanish.language, spanish.items[0].text) == ("es", "Invented question 1?")
    assert (english.language, english.content_sha256) == ("en", definitions()["PHQ-9"].content_sha256)
    assert piece.report["dry_runs"][0]["failures"] == []


# -- uploads


def _upload(site: Site, by: StaffUser, data: bytes = BANK, kind: PieceKind = PieceKind.BANK) -> PieceUpload:
    return actions.look_through(
        site=site,
        definition=definitions()[CAT],
        label=licensed.label(kind, language="en" if kind == PieceKind.WORDING else ""),
        licence=licensed.licence(site=site, identifier=str(uuid4()), by=by),
        file_name="bank.csv",
        data=data,
        by=by,
        at=NOW,
    )


def test_a_looked_through_file_is_imported_once_and_goes(site: Site, lead: StaffUser) -> None:
    upload = _upload(site, lead)
    piece = actions.import_upload(upload=upload, by=lead, at=NOW)
    assert (piece.source_name, piece.imported_by) == ("bank.csv", lead)
    assert not PieceUpload.objects.exists()
    assert (
        "imported or thrown away meanwhile"
        in refused(lambda: actions.import_upload(upload=upload, by=lead, at=NOW))[0][1]
    )


def test_a_new_file_of_the_same_person_replaces_the_one_left_before(site: Site, lead: StaffUser) -> None:
    first = _upload(site, lead)
    second = _upload(site, lead)
    assert list(PieceUpload.objects.all()) == [second]
    assert first.pk != second.pk
    actions.discard_upload(upload=second, by=lead, at=NOW)
    assert not PieceUpload.objects.exists()


def test_a_refused_file_is_not_kept(site: Site, lead: StaffUser) -> None:
    assert refused(lambda: _upload(site, lead, b"item_id,a,b1,n_categories\nA,-1,2,2\n"))
    assert not PieceUpload.objects.exists()


def test_pro_56_answers_from_the_highest_down_are_imported_after_a_tick(site: Site, lead: StaffUser) -> None:
    data = own_form(IDS)
    data["items"][0]["options"] = list(reversed(licensed.options()))
    upload = _upload(site, lead, as_bytes(data), PieceKind.WORDING)
    assert [rule for rule, _ in refused(lambda: actions.import_upload(upload=upload, by=lead, at=NOW))] == [
        "PRO-56"
    ]
    piece = actions.import_upload(upload=upload, confirmed=frozenset({"PRO-56"}), by=lead, at=NOW)
    assert "lists its answers from 5 to 1" in piece.report["confirmed"][0]
    assert [option["value"] for option in piece.content["items"][0]["options"]] == [5, 4, 3, 2, 1]


def test_a_patient_is_not_asked_by_a_piece_of_another_clinic(site: Site, other_site: Site) -> None:
    licensed.ready_cat(site=other_site)
    assert CAT not in askable(site, today=site.today(NOW))
    assert scheduling.actor("clinic_lead", other_site).site == other_site
