// Answers that come late. The element that asked may have been replaced meanwhile: htmx looks for the other parts
// that an answer brings in the tree of that element, which is gone by then; they stand in the document.
// data-kc-news-of="selector": news about the one who was open when they were asked for are left out once somebody
// else is open; the next ones follow in a moment.
(() => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.elt.getRootNode = () => document;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, parameters } = event.detail.requestConfig;
    const about = elt.dataset?.kcNewsOf;
    if (!about) return;
    const open = document.querySelector(about)?.value ?? "";
    if ((parameters.open ?? "") !== open) event.detail.shouldSwap = false;
  });
})();
