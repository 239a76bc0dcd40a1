// The patient's text size, before the first paint, so that nothing jumps. Kept on this device only:
// it says nothing about the person. Loaded without defer, in the head of base_patient.html.
(() => {
  const STORE = "kc-size";
  const apply = (size) => {
    if (size) document.documentElement.dataset.size = size;
    else delete document.documentElement.dataset.size;
  };
  let size = "";
  try {
    size = localStorage.getItem(STORE) || "";
  } catch {
    size = ""; // storage is refused in some private windows: the normal size then
  }
  apply(size);

  const mark = (root) => {
    const chosen = root.querySelector(`[data-kc-sizes] input[value="${document.documentElement.dataset.size || ""}"]`);
    if (chosen) chosen.checked = true;
  };
  document.addEventListener("DOMContentLoaded", () => (window.kc?.onFresh ? window.kc.onFresh(mark) : mark(document)));
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-kc-sizes]")) return;
    apply(event.target.value);
    try {
      localStorage.setItem(STORE, event.target.value);
    } catch {
      size = event.target.value;
    }
  });
})();
