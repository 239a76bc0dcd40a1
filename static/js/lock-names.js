// The lock's hands and eyes: taps and keys on it, the names the server knows, whose unsaved entry stands below.
(() => {
  const kc = window.kc;
  if (!kc.lockPanel) return;
  const { panel, form, names, said, choose, press, send } = kc.lockPanel;
  const TOKEN = "input[name=csrfmiddlewaretoken]";
  const byPin = () => !form.elements.pin.closest("[data-kc-by]").hidden;

  panel.addEventListener("click", (event) => {
    const face = event.target.closest("[data-kc-face]");
    if (face) choose(face);
    const key = event.target.closest("[data-kc-pin-key]");
    if (key) press(key.dataset.kcPinKey);
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      form.elements.pin.value = form.elements.password.value = "";
      said.replaceChildren();
      names.querySelector("[aria-pressed=true]")?.focus();
      return;
    }
    if (event.target.matches("input") || !byPin()) return;
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("delete");
    else return;
    event.preventDefault();
    form.elements.pin.focus();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!("kcBusy" in form.dataset)) send();
  });

  // The names of everybody on shift, and a fresh token: who else came in meanwhile has changed it.
  kc.names = async (words = "") => {
    said.textContent = words;
    const chosen = form.elements.user.value;
    try {
      const answer = await fetch(panel.dataset.kcNames, { headers: { "KC-Lock": "1" }, signal: AbortSignal.timeout(8000) });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      form.querySelector(TOKEN).value = fresh.querySelector(TOKEN).value;
      if (form.elements.pin.value || form.elements.password.value) return;
      names.replaceChildren(...fresh.querySelector("[data-kc-faces]").children);
      const mine = names.querySelector(`[data-kc-face="${chosen}"]`);
      if (mine) choose(mine);
    } catch {
      said.textContent = words || "No answer from the server: only your own name is here. Try again in a moment.";
    }
  };

  // At the moment of locking: the one who was here is the likeliest to come back.
  kc.atLock = (dialog) => {
    const mine = names.querySelector(`[data-kc-face="${document.body.dataset.kcUser}"]`);
    const typed = panel.querySelector("[data-kc-lock-typed]");
    const name = mine?.dataset.kcName;
    typed.hidden = !kc.unsavedForms().length;
    const rest = panel.hasAttribute("data-kc-own") ? "" : ` When somebody else does, it is kept aside for ${name}, and nothing of it goes to the chart.`;
    typed.textContent = `${name} has an entry on this page that is not saved. When ${name} unlocks, it is still there.${rest}`;
    if (mine) choose(mine);
    else dialog.querySelector("h1").focus();
  };
  if (!panel.closest("dialog")) names.querySelector("[data-kc-face]")?.focus();
})();
