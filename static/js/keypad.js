// Number fields filled with one thumb: data-kc-keypad around inputs with data-kc-max and keys with
// data-kc-digit ("0"–"9", "delete", "next"). Digits go to the field in use; when no further digit
// could stay within data-kc-max, the next field comes up. A keyboard types into the same inputs.
// data-kc-baseline on a field's note shows the change in percent, exact, rounded half up to one place.
(() => {
  const kc = window.kc;
  const used = new WeakMap();
  const home = (pad) => pad.closest("form") || pad;
  const padOf = (element) => element.closest("[data-kc-keypad]") || element.form?.querySelector("[data-kc-keypad]");
  const seen = (input) => !("kcOptional" in input.dataset) || input.checkVisibility();
  const inputs = (pad) => [...home(pad).querySelectorAll("input[data-kc-max]:not([disabled])")].filter(seen);

  const current = (pad) => used.get(pad) || inputs(pad).find((input) => !input.value) || inputs(pad)[0];

  const use = (pad, input) => {
    if (!input) return;
    used.set(pad, input);
    home(pad).querySelectorAll(".fld, .fld-more").forEach((field) => field.classList.toggle("on", field.contains(input)));
    pad.dispatchEvent(new CustomEvent("kc:field", { bubbles: true, detail: input }));
  };

  const step = (pad, by) => {
    const all = inputs(pad);
    const next = all[all.indexOf(current(pad)) + by];
    if (!next) return;
    use(pad, next);
    next.focus({ preventScroll: true });
  };

  const full = (input) => input.value !== "" && Number(input.value) * 10 > Number(input.dataset.kcMax);

  const difference = (input) => {
    const field = input.closest(".fld");
    const base = Number(field?.querySelector("[data-kc-baseline]")?.dataset.kcBaseline);
    const value = Number(input.value);
    const shown = field?.querySelector("[data-kc-diff]");
    if (!shown) return;
    if (!base || !full(input)) return void (shown.textContent = "");
    const tenths = Math.floor((2000 * Math.abs(value - base) + base) / (2 * base));
    const text = `${Math.floor(tenths / 10)}${tenths % 10 ? `.${tenths % 10}` : ""}%`;
    shown.textContent = tenths === 0 ? "0%" : (value > base ? "+" : "−") + text;
  };

  const typed = (pad, input) => {
    input.value = input.value.replace(/\D/g, "").slice(0, 3);
    difference(input);
    if (full(input)) step(pad, 1);
  };

  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-kc-digit]");
    const pad = key?.closest("[data-kc-keypad]");
    if (!pad) return;
    const input = current(pad);
    use(pad, input);
    if (key.dataset.kcDigit === "next") return step(pad, 1);
    if (key.dataset.kcDigit === "delete" && input.value === "") return step(pad, -1);
    input.value = key.dataset.kcDigit === "delete" ? input.value.slice(0, -1) : input.value + key.dataset.kcDigit;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("input", (event) => {
    const pad = event.target.matches("[data-kc-max]") && padOf(event.target);
    if (pad) typed(pad, event.target);
  });

  document.addEventListener("focusin", (event) => {
    const pad = event.target.matches("[data-kc-max]") && padOf(event.target);
    if (pad) use(pad, event.target);
  });

  // what opens brings its number field into use
  document.addEventListener("toggle", (event) => {
    const input = event.target.open && event.target.querySelector?.("input[data-kc-max]");
    if (input && padOf(input)) use(padOf(input), input);
  }, true);

  kc.onFresh((root) => kc.all(root, "[data-kc-keypad]").forEach((pad) => use(pad, current(pad))));
})();
