// What is typed and not saved yet. Leaving the page with it asks first; a lock keeps it.
// kc.clean(form): it is saved, or given up. kc.going(): the next leaving is meant.
// kc.unsavedForms(): the forms somebody typed into. kc.typed(): their addresses and fields, without passwords.
(() => {
  const kc = (window.kc = window.kc || {});
  const NOT_OURS = "[data-kc-plain], [data-kc-theme], [method=dialog]";
  const touched = new Set();
  let meant = false;

  const counts = (form) => form?.matches("[method=post], [hx-post]") && !form.matches(NOT_OURS);
  const isThere = (form) => form.isConnected && (form.closest("dialog")?.open ?? true);

  kc.clean = (form) => touched.delete(form);
  kc.going = () => (meant = true);
  kc.unsavedForms = () => [...touched].filter(isThere);

  const fields = (form) =>
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && form.elements[name]?.type !== "password");

  kc.typed = () =>
    kc.unsavedForms().map((form) => ({
      address: form.getAttribute("hx-post") || form.getAttribute("action") || window.location.pathname,
      fields: fields(form),
    }));

  document.addEventListener("input", (event) => {
    const byHand = event.isTrusted || event.target.closest("[data-kc-keypad]");
    if (byHand && counts(event.target.form)) touched.add(event.target.form);
  });

  document.addEventListener("reset", (event) => kc.clean(event.target));

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    const saved = requestConfig.verb !== "get" && xhr.status >= 200 && xhr.status < 300 && !kc.signIn(xhr.responseText);
    if (saved && elt.matches("form") && !elt.hasAttribute("hx-sync")) kc.clean(elt);
  });

  // The server has another page in the place of this one; nothing typed here could still be saved.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Refresh")) kc.going();
  });

  window.addEventListener("beforeunload", (event) => {
    if (!meant && kc.unsavedForms().length) event.preventDefault();
  });
})();
