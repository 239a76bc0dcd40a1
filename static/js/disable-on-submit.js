// One press, one request: a second press while the first is under way does nothing.
// The button keeps its focus and works again as soon as there is an answer, good or bad.
// kc.busy(element, yes): marks a form or button as sending.
(() => {
  const kc = (window.kc = window.kc || {});

  const buttons = (element) =>
    element.matches("form") ? element.querySelectorAll("button:not([type=button])") : [element];

  kc.busy = (element, yes) => {
    if (!element) return;
    if (yes) element.dataset.kcBusy = "";
    else delete element.dataset.kcBusy;
    element.classList.toggle("is-sending", yes);
    buttons(element).forEach((button) => {
      if (yes) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
  };

  // What follows typing says by hx-sync which request counts: the last one, never the one under way.
  const writes = ({ detail }) => detail.requestConfig?.verb !== "get" && !detail.elt.hasAttribute("hx-sync");

  document.addEventListener(
    "submit",
    (event) => {
      if (!("kcBusy" in event.target.dataset)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-kc-plain]") || event.defaultPrevented) return;
    kc.busy(event.target, true);
    // A file is saved without the page changing: nothing else would say that the answer is there.
    if (event.target.matches("[data-kc-download]")) setTimeout(() => kc.busy(event.target, false), 4000);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!writes(event)) return;
    if ("kcBusy" in event.detail.elt.dataset) event.preventDefault();
    else kc.busy(event.detail.elt, true);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (writes(event)) kc.busy(event.detail.elt, false);
  });

  // Back from another page: nothing is under way any more.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-kc-busy]").forEach((element) => kc.busy(element, false));
  });
})();
