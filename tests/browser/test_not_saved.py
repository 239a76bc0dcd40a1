"""Every way a save can fail leaves a visible "not saved" beside the form, and what was typed."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Answer, Clinic, dropped, hang, status

pytestmark = pytest.mark.browser

HTMX = """<form hx-post="/act" hx-target="#result"><input name="note" value="">
<button class="btn" type="submit">Save</button></form><div id="result"></div>"""
PLAIN = """<form action="/act" method="post"><input name="note" value="">
<button class="btn" type="submit">Save</button></form>"""
FAILURES: dict[str, tuple[Answer, str]] = {
    "401": (status(401), "you are signed out"),
    "403": (status(403), "your role does not allow this"),
    "409": (status(409), "it changed while you had it open"),
    "429": (status(429), "too many requests"),
    "500": (status(500), "undid the whole act"),
    "503": (status(503), "the server cannot be reached at the moment"),
    "dropped": (dropped, "no answer from the server: the connection dropped. Your entry is still here."),
    "hang": (hang, "no answer from the server: it did not answer in time. Your entry is still here."),
}


def save(clinic: Clinic, text: str = "typed") -> None:
    clinic.page.fill("[name=note]", text)
    clinic.page.click("main button[type=submit]")


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
@pytest.mark.parametrize("way", FAILURES)
def test_a_failed_save_says_so_and_keeps_what_was_typed(tab: Page, form: str, way: str) -> None:
    answer, words = FAILURES[way]
    clinic = Clinic(tab, form, answer=answer).open()
    save(clinic)
    beside = tab.locator("form [data-kc-unsaved]")
    expect(beside).to_contain_text("Not saved:")
    expect(beside).to_contain_text(words)
    expect(tab.locator("#kc-banner")).to_contain_text("Not saved:")
    expect(tab.locator("[name=note]")).to_have_value("typed")
    expect(tab.locator("main button[type=submit]")).not_to_have_attribute("aria-disabled", "true")
    assert clinic.complaints == []


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_the_server_s_own_words_come_first(tab: Page, form: str) -> None:
    own = "<p data-kc-problem>That chair was just taken. Choose another.</p>"
    clinic = Clinic(tab, form, answer=status(409, own)).open()
    save(clinic)
    expect(tab.locator("form [data-kc-unsaved]")).to_have_text(
        "Not saved: That chair was just taken. Choose another."
    )


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_saving_again_takes_the_message_away(tab: Page, form: str) -> None:
    clinic = Clinic(tab, form, answer=dropped).open()
    save(clinic)
    expect(tab.locator("#kc-banner")).to_be_visible()
    clinic.answer = status(200, '<main id="kc-main">Charted.</main>')
    tab.click("main button[type=submit]")
    expect(tab.locator("#kc-banner")).to_be_hidden()
    expect(tab.locator("main").last).to_contain_text("Charted.")
    assert len(clinic.acts) == 2


def test_refused_by_htmx_shows_the_fields_that_are_wrong(tab: Page) -> None:
    fragment = '<label for="n">Weight</label><input id="n" name="n" aria-invalid="true" value="9">'
    clinic = Clinic(tab, HTMX, answer=status(422, fragment)).open()
    save(clinic)
    expect(tab.locator("#result [aria-invalid=true]")).to_be_focused()
    expect(tab.locator("#kc-banner")).to_contain_text("Not saved: something must be settled first")


def test_refused_in_a_plain_form_shows_the_problems_beside_it(tab: Page) -> None:
    refused = '<main id="kc-main"><section class="problems" data-kc-refused>No driver is named.</section></main>'
    clinic = Clinic(tab, PLAIN, answer=status(422, refused)).open()
    save(clinic)
    expect(tab.locator("#kc-problems")).to_contain_text("No driver is named.")
    expect(tab.locator("[name=note]")).to_have_value("typed")


def test_a_refusal_for_the_page_lands_inside_the_open_dialog(tab: Page) -> None:
    form = '<dialog id="d" class="dlg"><div data-kc-problems></div>' + HTMX + "</dialog>"
    opener = '<button class="btn" type="button" data-kc-open="d">Open</button>'
    answer = status(409, "<p>That chair was just taken.</p>", HX_Retarget="#kc-problems", HX_Reswap="innerHTML")
    clinic = Clinic(tab, opener + form, answer=answer).open()
    tab.click("[data-kc-open]")
    tab.fill("[name=note]", "typed")
    tab.click("dialog button[type=submit]")
    expect(tab.locator("dialog [data-kc-problems]")).to_have_text("That chair was just taken.")
    assert clinic.complaints == []


def test_a_sign_in_page_in_place_of_an_answer_is_not_swapped_in(tab: Page) -> None:
    clinic = Clinic(tab, HTMX, answer=status(200, "<form data-kc-login-form>Password</form>")).open()
    save(clinic)
    expect(tab.locator("form [data-kc-unsaved]")).to_contain_text("you are signed out")
    expect(tab.locator("#result")).to_be_empty()


def test_a_board_that_cannot_be_refreshed_says_it_is_old(tab: Page) -> None:
    board = '<button class="btn" type="button" hx-get="/act" hx-target="#b">Refresh</button><div id="b">old</div>'
    clinic = Clinic(tab, board, answer=dropped).open()
    tab.click("main button")
    expect(tab.locator("#kc-banner")).to_contain_text("Not current: no answer from the server since")
    clinic.answer = status(200, "new")
    tab.click("main button")
    expect(tab.locator("#kc-banner")).to_be_hidden()
    expect(tab.locator("#b")).to_have_text("new")


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_two_presses_are_one_request(tab: Page, form: str) -> None:
    clinic = Clinic(tab, form, answer=hang).open()
    save(clinic)
    tab.locator("main button[type=submit]").dispatch_event("click")
    tab.keyboard.press("Enter")
    expect(tab.locator("main button[type=submit]")).to_have_attribute("aria-disabled", "true")
    assert len(clinic.acts) == 1


def test_a_saved_plain_form_goes_where_the_server_says(tab: Page) -> None:
    clinic = Clinic(tab, PLAIN, answer=status(204, KC_Location="/page?saved=1")).open()
    save(clinic)
    tab.wait_for_url("**/page?saved=1")
    assert clinic.complaints == []


def test_several_refusals_are_counted_in_the_banner_and_listed_on_the_page(tab: Page) -> None:
    own = "<p data-kc-problem><b>Stops this</b>Weigh.</p><p data-kc-problem>Check the pump.</p>"
    clinic = Clinic(tab, HTMX, answer=status(422, own)).open()
    save(clinic)
    expect(tab.locator("#kc-banner")).to_contain_text("Not saved: 2 things to settle first")
    clinic.answer = status(422, "<p data-kc-problem><b>Stops this</b>Weigh.</p>")
    tab.click("main button[type=submit]")
    expect(tab.locator("#kc-banner")).to_contain_text("Not saved: Weigh.")


OLDER = "<p data-kc-problem data-kc-older>The page was opened before you signed in again.</p>"
TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">'


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_after_signing_in_again_what_was_typed_can_be_saved_from_the_same_page(tab: Page, form: str) -> None:
    person = {"pk": 7, "theme": ""}
    content = form.replace("</form>", TOKEN + "</form>")
    clinic = Clinic(tab, content, context={"user": person, "token": "old"}, answer=status(403, OLDER)).open()
    clinic.context = {"user": person, "token": "fresh"}
    save(clinic)
    expect(tab.locator("#kc-banner")).to_contain_text("you are signed in again")
    expect(tab.locator("[name=note]")).to_have_value("typed")
    tab.click("main button[type=submit]")
    expect(tab.locator("#kc-banner")).to_contain_text("you are signed in again")
    assert "token=fresh" in clinic.acts[-1]
    assert "note=typed" in clinic.acts[-1]


def test_somebody_else_s_sign_in_does_not_save_this_person_s_entry(tab: Page) -> None:
    content = HTMX.replace("</form>", TOKEN + "</form>")
    clinic = Clinic(tab, content, context={"user": {"pk": 7}, "token": "old"}, answer=status(403, OLDER)).open()
    clinic.context = {"user": {"pk": 8}, "token": "fresh"}
    save(clinic)
    expect(tab.locator("#kc-banner")).to_contain_text("somebody else is signed in")
    expect(tab.locator("[name=csrfmiddlewaretoken]").first).to_have_value("old")


def test_giving_up_a_refused_act_takes_its_banner_away(tab: Page) -> None:
    form = '<dialog id="d" class="dlg"><div data-kc-problems></div>' + HTMX + "</dialog>"
    opener = '<button class="btn" type="button" data-kc-open="d">Open</button>'
    refused = "<section data-kc-refused><p data-kc-problem>Say how strong.</p></section>"
    answer = status(422, refused, HX_Retarget="#kc-problems", HX_Reswap="innerHTML")
    clinic = Clinic(tab, opener + form, answer=answer).open()
    tab.click("[data-kc-open]")
    tab.fill("[name=note]", "typed")
    tab.click("dialog button[type=submit]")
    expect(tab.locator("#kc-banner")).to_contain_text("Say how strong.")
    assert len(clinic.acts) == 1
    tab.keyboard.press("Escape")
    expect(tab.locator("#kc-banner")).to_be_hidden()


KEY = '<input type="hidden" name="key" value="one-and-the-same">'


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_trying_again_sends_the_same_entry_under_the_same_key(tab: Page, form: str) -> None:
    clinic = Clinic(tab, form.replace("</form>", KEY + "</form>"), answer=dropped).open()
    save(clinic)
    note = tab.locator("form [data-kc-unsaved]")
    expect(note).to_contain_text("try again, the same entry is stored once")
    clinic.answer = status(200, '<main id="kc-main">Charted.</main>')
    note.get_by_role("button", name="Try again").click()
    expect(tab.locator("main").last).to_contain_text("Charted.")
    assert clinic.acts[0] == clinic.acts[1]
    assert "key=one-and-the-same" in clinic.acts[1]


def test_an_entry_without_a_key_asks_to_look_first(tab: Page) -> None:
    clinic = Clinic(tab, PLAIN, answer=dropped).open()
    save(clinic)
    expect(tab.locator("form [data-kc-unsaved]")).to_contain_text("look at the record before you try again")


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_signed_out_a_link_leads_to_the_sign_in_in_another_tab(tab: Page, form: str) -> None:
    clinic = Clinic(tab, form, context={"user": {"pk": 7}}, answer=status(401)).open()
    save(clinic)
    link = tab.locator("form [data-kc-unsaved] a")
    expect(link).to_have_attribute("href", "/sign-in/?next=%2Fsigned-in%2F")
    expect(link).to_have_attribute("target", "_blank")
    expect(tab.locator("form [data-kc-again]")).to_be_visible()


@pytest.mark.parametrize("form", [HTMX, PLAIN], ids=["htmx", "plain"])
def test_tab_06_every_form_says_for_whom_its_page_was_made(tab: Page, form: str) -> None:
    clinic = Clinic(tab, form, context={"user": {"pk": 7}}).open()
    with tab.expect_request("**/act") as sent:
        save(clinic)
    assert sent.value.headers["kc-user"] == "7"


def test_a_refusal_offers_no_second_try_of_the_same(tab: Page) -> None:
    clinic = Clinic(tab, HTMX, answer=status(409)).open()
    save(clinic)
    expect(tab.locator("form [data-kc-unsaved]")).to_be_visible()
    expect(tab.locator("[data-kc-again]")).to_have_count(0)


def test_leaving_with_something_typed_asks_first_and_not_when_it_is_saved(tab: Page) -> None:
    asked: list[str] = []
    clinic = Clinic(tab, HTMX, answer=status(200, "<p>Charted.</p>")).open()
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.locator("[name=note]").press_sequentially("typed")
    tab.reload()
    assert asked == ["beforeunload"]
    tab.locator("[name=note]").press_sequentially("typed")
    tab.click("main button[type=submit]")
    expect(tab.locator("#result")).to_have_text("Charted.")
    tab.reload()
    assert asked == ["beforeunload"]
    assert clinic.complaints == []
