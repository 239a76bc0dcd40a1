"""A person at a screen, and an inspector who looks at every page that is reached.

What the browser itself complains about (errors in the console, violations of the content security policy,
broken addresses, errors of the server) is kept in ``complaints`` and fails the test.
"""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, ViewportSize, expect

from kitclinic.models import StaffUser
from tests.factories.people import PASSWORD

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (390, 1180, 1440)
TARGET = 44  # px, of what is touched
# What passes is not described: axe would tell of every element, three times as slowly.
VIOLATIONS = """(options) => axe.run(document, { resultTypes: ["violations"], ...options })
    .then((result) => result.violations)"""
VIOLATION = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.violatedDirective} blocks ${event.blockedURI}, ${event.sourceFile}`))"""

SESSIONS: dict[tuple[str, int], Any] = {}  # (address of the server, person) -> cookies

# What a request that failed writes into the console.
REQUESTS = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:afterRequest",
    "htmx:sendAbort",  # a newer request of the same place took over
    "htmx:sendError",
    "htmx:timeout",
)

# What may be smaller than TARGET, and why.
SMALLER = {
    ".skip-link": "seen with the keyboard only",
    ".vh": "for screen readers only",
    "p a, li a, td a, th a, dd a, small a, span a, label a": "a link in running text or a table",
    ".link": "a link in running text",
}
TOUCHED = """button, summary, select, textarea, input:not([type=hidden]),
    a.btn, a.act, a.tile-open, a.tile-act, a.key, a.arrive, a.go, nav a, .acts a"""

SMALL_TARGETS = """([touched, target, exceptions]) => {
    const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    const box = (element) => {
        const label = element.matches("input") ? element.closest("label") || element.labels?.[0] : null;
        const own = element.getBoundingClientRect();
        if (!label) return own;
        const around = label.getBoundingClientRect();
        return {
            width: Math.max(own.right, around.right) - Math.min(own.left, around.left),
            height: Math.max(own.bottom, around.bottom) - Math.min(own.top, around.top),
        };
    };
    const found = [];
    for (const element of document.querySelectorAll(touched)) {
        const dialog = document.querySelector("dialog[open]");
        if (!shown(element) || (dialog && !dialog.contains(element))) continue;
        if (exceptions.some((exception) => element.matches(exception))) continue;
        const { width, height } = box(element);
        if (width + 0.5 < target || height + 0.5 < target) {
            const words = (element.innerText || element.name || "").trim().replace(/\\s+/g, " ").slice(0, 30);
            const size = `${Math.round(width)}x${Math.round(height)}`;
            found.push(`${element.tagName.toLowerCase()}.${element.className} "${words}" ${size}`);
        }
    }
    return found;
}"""

SETTLED = """() =>
    !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, [hx-trigger=load] .waiting")
    && document.getAnimations().every((one) => one.playState !== "running")"""

FOCUS = """(selector) => {
    const here = document.activeElement;
    if (!here.matches(selector)) return "elsewhere";
    const marked = (element) => {
        const style = getComputedStyle(element);
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        return outlined || style.boxShadow !== "none";
    };
    return [here, here.closest("label"), here.parentElement].some((one) => one && marked(one)) ? "seen" : "unseen";
}"""
# Where a browser keeps something of a page after it: nothing of a patient may stand there.
LEFT = """async () => JSON.stringify([
    document.title,
    location.href,
    { ...localStorage },
    { ...sessionStorage },
    await indexedDB.databases(),
    performance.getEntries().map((entry) => entry.name),
])"""
LONGEST_WAY = 120  # presses of Tab from the top of the page

WIDER = """() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return [];
    const edge = document.documentElement.clientWidth;
    return [...document.body.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > edge + 1 && element.checkVisibility())
        .slice(0, 4)
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") || ""} +${wide}`);
}"""


# Two frames later whatever was asked of the page's shape is drawn.
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


def resize(page: Page, width: int, height: int) -> None:
    """Give the page this size in px and wait until it is laid out so: what is measured next is measured there."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("(width) => innerWidth === width", arg=width)
    page.evaluate(DRAWN)


class Walk:
    """One browser window with its own cookies. page: Playwright's."""

    def __init__(self, browser: Browser, address: str, *, size: ViewportSize) -> None:
        self.home, self.size = address, size
        self.complaints: list[str] = []
        self.expected: set[int] = {409, 422}  # refusals that are answered on the page
        self.inspected: set[str] = set()
        self.context = browser.new_context(viewport=size, base_url=address, color_scheme="light")
        self.page = self.context.new_page()
        self.page.add_init_script(VIOLATION)
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)

    def close(self) -> None:
        self.context.close()

    def _hears(self, message: ConsoleMessage) -> None:
        """Errors and warnings; a failed request is judged by its status."""
        if message.type in {"error", "warning"} and not message.text.startswith(REQUESTS):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def sign_in(self, user: StaffUser) -> "Walk":
        """At the sign-in page, by the keyboard; later in the same file with the session that this made."""
        self.page.goto("about:blank")  # who was here asks no more with the cookies of the next
        self.context.clear_cookies()
        known = SESSIONS.get((self.home, user.pk))
        if known is not None:
            self.context.add_cookies(known)
            self.page.goto("/")
        else:
            self.page.goto("/")
            self.page.get_by_label("Username").fill(user.username)
            self.page.get_by_label("Password").fill(PASSWORD)
            self.page.keyboard.press("Enter")
        expect(self.page.locator(".bar-user")).to_contain_text(user.short_name)
        SESSIONS[self.home, user.pk] = self.context.cookies()
        return self

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page

    def settle(self) -> None:
        """Wait until every part that arrives by itself is here and nothing moves."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_function(SETTLED)

    def reach(self, act: str) -> None:
        """Go to this act by Tab alone, from the top of the page; where the focus is can be seen."""
        self.page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
        for _ in range(LONGEST_WAY):
            self.page.keyboard.press("Tab")
            where = self.page.evaluate(FOCUS, act)
            if where != "elsewhere":
                assert where == "seen", f"{act} has the focus at {self.page.url}, and nothing shows it"
                return
        raise AssertionError(f"Tab does not reach {act} at {self.page.url}")

    def inspect(self, *, widths: tuple[int, ...] = WIDTHS, small_ok: tuple[str, ...] = ()) -> None:
        """Look at the page as it stands: wide, touchable, readable by everybody, in light and in dark."""
        self.settle()
        found = {f"wider than {width}": self._at(width, WIDER) for width in widths}
        self.page.set_viewport_size(self.size)
        exceptions = [*SMALLER, *small_ok]
        found["too small to touch"] = self.page.evaluate(SMALL_TARGETS, [TOUCHED, TARGET, exceptions])
        found["axe, light"] = self._axe({})
        self.page.emulate_media(color_scheme="dark")
        found["axe, dark"] = self._axe({"runOnly": ["color-contrast"]})
        self.page.emulate_media(color_scheme="light")
        self.inspected.add(self.page.url)
        lines = [f"{what}: {where}" for what, places in found.items() for where in places]
        assert not lines, "\n".join([self.page.url, *lines])

    def _at(self, width: int, look: str) -> Any:
        resize(self.page, width, self.size["height"])
        return self.page.evaluate(look)

    def _axe(self, options: dict[str, Any]) -> list[str]:
        """Serious and critical violations; the driver evaluates the source, whom the policy does not bind."""
        if not self.page.evaluate("typeof window.axe === 'object'"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(VIOLATIONS, options)
        return [
            f"{one['id']}: {node['html'][:160]} {node['any'][0]['message'][:120] if node['any'] else ''}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"][:4]
        ]

    # -- what a person does

    def press(self, words: str, *, within: str = "main") -> "Walk":
        """Press the button or link of these words."""
        place = self.page.locator(within)
        place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words)).first.click()
        return self

    def tap(self, name: str, *values: str, within: str = "body") -> "Walk":
        """Tap these choices of a question."""
        for value in values:
            self.page.locator(f"{within} label:has(input[name={name}][value='{value}'])").first.click()
        return self

    def fill(self, **fields: str) -> "Walk":
        """Type into fields by their names, or choose in a list; of an open dialog first."""
        dialog = "dialog[open] " if self.page.locator("dialog[open]").count() else "main "
        for name, value in fields.items():
            field = self.page.locator(f"{dialog}[name={name}]:not([type=hidden])").first
            if field.evaluate("(element) => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def enter(self, digits: str, *, symptoms: tuple[str, ...] = ("none",)) -> "Walk":
        """One set of vital signs on the chart's keypad, by thumb; not saved yet."""
        for digit in digits:
            self.page.locator(f"#chart-pad [data-kc-digit='{digit}']").click()
        self.tap("rhythm", "sinus", within="#chart-pad").tap("symptoms", *symptoms, within="#chart-pad")
        return self.says("complete, tap to save", where="#chart-pad [data-kc-togo]")

    def draw(self) -> "Walk":
        """A signature with the finger, in the middle of its box."""
        box = self.page.locator("[data-kc-signature-box]")
        box.scroll_into_view_if_needed()
        frame = box.bounding_box()
        assert frame
        mouse, left, top = self.page.mouse, frame["x"] + 50, frame["y"] + 50
        mouse.move(left, top)
        mouse.down()
        for step in range(24):
            mouse.move(left + 10 * step, top + 18 * (step % 3))
        mouse.up()
        return self

    def says(self, words: str, *, where: str = "body") -> "Walk":
        """Wait until these words stand there."""
        expect(self.page.locator(where).first).to_contain_text(words)
        return self
