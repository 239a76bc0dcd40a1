// The calm colours of the patient's pages: kept on this device only, applied before the first paint.
(() => {
  const STORE = "kc-calm";
  const root = document.documentElement;
  const apply = (on) => (on ? (root.dataset.theme = "calm") : delete root.dataset.theme);
  let on = false;
  try {
    on = localStorage.getItem(STORE) === "1";
  } catch {
    on = false; // storage is refused in some private windows: the system's colours then
  }
  apply(on);
  const mark = (page) => page.querySelectorAll("[data-kc-calm]").forEach((button) => { button.hidden = false; button.setAttribute("aria-pressed", String(on)); });
  document.addEventListener("DOMContentLoaded", () => (window.kc?.onFresh ? window.kc.onFresh(mark) : mark(document)));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-kc-calm]")) return;
    on = !on;
    apply(on);
    mark(document);
    try {
      localStorage.setItem(STORE, on ? "1" : "");
    } catch {
      return;
    }
  });
})();
