// The Save button counts what is missing: data-kc-togo in a form, data-kc-need="HR" on each field or
// group of chips that is needed. "4 to go: HR, SpO₂, rhythm, symptoms"; then the button is filled.
(() => {
  const kc = window.kc;

  const met = (need) => {
    if (need.matches("input, select, textarea")) {
      return need.value.trim() !== "" || Boolean(need.closest(".is-unable"));
    }
    return Boolean(need.querySelector(":checked"));
  };

  const count = (form) => {
    const note = form?.querySelector("[data-kc-togo]");
    if (!note) return;
    const missing = [...form.querySelectorAll("[data-kc-need]")].filter((need) => !met(need));
    const names = missing.map((need) => need.dataset.kcNeed);
    note.textContent = names.length ? `${names.length} to go: ${names.join(", ")}` : note.dataset.kcTogo || "complete";
    note.closest(".save")?.classList.toggle("full", names.length === 0);
  };

  ["input", "change"].forEach((name) => document.addEventListener(name, (event) => count(event.target.form)));
  document.addEventListener("reset", (event) => setTimeout(count, 0, event.target));
  kc.onFresh((root) => new Set(kc.all(root, "[data-kc-togo]").map((note) => note.closest("form"))).forEach(count));
})();
