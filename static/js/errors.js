// Every request that did not end well says so: which way it failed, what was kept, what to do next.
// kc.why(status, html, form): the sentence; the server's own words first, where the answer carries them.
(() => {
  const kc = (window.kc = window.kc || {});
  const KEPT = "What you entered is still on this page.";
  const WHY = {
    hang: "no answer from the server: it did not answer in time. Your entry is still here.",
    dropped: "no answer from the server: the connection dropped. Your entry is still here.",
    400: `the server could not read what was sent. ${KEPT} Reload in another tab and compare.`,
    401: `you are signed out. ${KEPT} Sign in again in another tab, then try again here.`,
    403: `your role does not allow this, or the page is older than your sign-in. ${KEPT} Open the page again in another tab.`,
    404: `this is not there any more. ${KEPT} Look in another tab at what is there now.`,
    409: `it changed while you had it open. ${KEPT} Look in another tab at what is there now, then decide again.`,
    422: `something must be settled first; it is marked on the page. ${KEPT}`,
    423: "this tablet is locked. Your entry is still here: unlock, then try again.",
    429: `there were too many requests in a short time. ${KEPT} Wait one minute, then save again.`,
    500: `the server met an error and undid the whole act. ${KEPT} Save again; if it fails twice, write it on paper.`,
    503: "the server cannot be reached at the moment. Your entry is still here. Try again; if it lasts, write it on paper.",
  };

  const keyed = (form) => form?.querySelector?.("input[name=key]"); // then the same entry is stored once
  const next = (form) => (keyed(form) ? "try again, the same entry is stored once." : "look at the record before you try again.");

  kc.why = (status, html = "", form = null) => {
    if (status === "hang" || status === "dropped") return `${WHY[status]} It may have arrived: ${next(form)}`;
    const page = new DOMParser().parseFromString(html, "text/html");
    const own = [...page.querySelectorAll("[data-kc-problem], .invalid-feedback")].map((element) => {
      element.querySelectorAll("b, [data-kc-rule], .form-check, .reason").forEach((part) => part.remove());
      return element.textContent.replace(/\s+/g, " ").trim().replace(/^Not saved: /, "");
    });
    if (own.length > 1) return `${own.length} things to settle first, listed on this page. ${KEPT}`;
    if (own.length) return own[0];
    return WHY[status] || ([502, 504].includes(status) && WHY[503]) || (status >= 500 ? WHY[500] : WHY[400]);
  };

  kc.signIn = (html) => html.includes("data-kc-login-form");

  // A search is sent by POST, so that no address holds a name; it saves nothing.
  const isRead = ({ detail }) => detail.requestConfig?.verb === "get" || Boolean((detail.requestConfig?.elt || detail.elt).closest("[role=search]"));

  const failed = (event, status, html) => {
    if (status === 423) kc.lock?.("rest");
    const since = `no answer from the server since ${kc.since?.() ?? "a while ago"}. What you see may be old.`;
    if (isRead(event)) status === 423 || kc.stale(status === 429 ? kc.why(status, html) : since);
    else {
      const { elt } = event.detail.requestConfig || event.detail;
      kc.unsaved(elt, kc.why(status, html, elt.closest("form")), status);
      kc.lost?.(elt, status, html);
    }
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (kc.signIn(xhr.responseText) && !document.querySelector("[data-kc-login-form]")) {
      event.detail.shouldSwap = false;
      failed(event, 401, "");
      return;
    }
    const refused = xhr.getResponseHeader("HX-Retarget");
    if (xhr.status === 409 && refused) event.detail.shouldSwap = true;
    const homes = refused === "#kc-problems" ? ["form", "dialog"].map((name) => requestConfig.elt.closest(name)) : [];
    const near = homes.map((home) => home?.querySelector("[data-kc-problems]")).find(Boolean);
    if (near) event.detail.target = near;
  });

  document.addEventListener("htmx:responseError", (event) => failed(event, event.detail.xhr.status, event.detail.xhr.responseText));
  document.addEventListener("htmx:sendError", (event) => failed(event, "dropped", ""));
  document.addEventListener("htmx:timeout", (event) => failed(event, "hang", ""));

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || kc.signIn(event.detail.xhr.responseText)) return;
    if (isRead(event)) kc.current();
    else kc.saved(event.detail.elt);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if ([409, 422].includes(event.detail.xhr?.status)) kc.toProblem?.(event.detail.target);
  });
})();
