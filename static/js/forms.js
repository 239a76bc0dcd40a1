// Plain POST forms (without hx-…) are sent from the page, so that a lost connection, a hang or an
// error leaves the page and everything typed where it is. A form with data-kc-plain is left alone.
// The server answers a redirect as 204 with KC-Location; other pages replace the content in place.
(() => {
  const kc = (window.kc = window.kc || {});

  kc.toProblem = (root) => {
    const first = (root || document).querySelector("[aria-invalid=true], [data-kc-refused], .alert");
    if (!first) return;
    if (!first.matches("input, select, textarea")) first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center" });
  };

  const replace = (page) => {
    const fresh = page.querySelector("#kc-main");
    document.querySelector("#kc-main").replaceWith(fresh);
    document.title = page.title;
    window.htmx?.process(fresh);
    kc.fresh(fresh);
  };

  const answer = async (form, response) => {
    const address = response.headers.get("KC-Location") || (response.redirected ? response.url : "");
    const html = await response.text();
    if (address.includes(document.body.dataset.kcSignInUrl || "\0") || kc.signIn(html)) {
      kc.unsaved(form, kc.why(401), 401);
      kc.lost?.(form, 401);
    } else if (address) {
      kc.saved(form);
      kc.clean?.(form);
      window.location.assign(address);
      return false;
    } else if (response.ok || response.status === 422) {
      const page = new DOMParser().parseFromString(html, "text/html");
      const refused = page.querySelector("[data-kc-refused]");
      const near = form.querySelector("[data-kc-problems]") || form.closest("dialog")?.querySelector("[data-kc-problems]") || document.querySelector("#kc-problems");
      if (refused && near && !page.querySelector("#kc-main form")) near.replaceChildren(refused);
      else if (page.querySelector("#kc-main")) replace(page);
      if (response.ok) kc.clean?.(form);
      if (response.ok) kc.saved(form);
      else kc.unsaved(document.contains(form) ? form : null, kc.why(422, html));
      kc.toProblem();
    } else {
      if (response.status === 423) kc.lock?.("rest");
      kc.unsaved(form, kc.why(response.status, html), response.status);
      kc.lost?.(form, response.status, html);
    }
    return true;
  };

  const send = async (form, submitter) => {
    const body = new URLSearchParams(new FormData(form, submitter));
    const address = submitter?.getAttribute("formaction") || form.getAttribute("action") || window.location.href;
    kc.busy(form, true);
    let stays = true;
    try {
      const headers = { "KC-Form": "1", Accept: "text/html", ...kc.owner() };
      stays = await answer(form, await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(kc.waits) }));
    } catch (error) {
      const status = error.name === "TimeoutError" ? "hang" : "dropped";
      kc.unsaved(form, kc.why(status, "", form), status);
    } finally {
      if (stays) kc.busy(form, false);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const own = form.method === "post" && !form.matches("[hx-post], [data-hx-post], [data-kc-plain], [data-kc-theme], [method=dialog]");
    if (!own || event.defaultPrevented) return;
    event.preventDefault();
    send(form, event.submitter);
  });
})();
