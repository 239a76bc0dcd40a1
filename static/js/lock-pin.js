// Coming in at the lock: a name, then a PIN on the large keys or a keyboard, or a password where it is needed.
// The same person goes on where the page stands; for another one the page is loaded anew, and what was typed
// unsaved is handed over to be kept aside for its author.
(() => {
  const kc = window.kc;
  const panel = document.querySelector("[data-kc-lock-panel]");
  if (!panel) return;
  const form = panel.querySelector("[data-kc-unlock]");
  const [who, said, names] = ["who", "said", "faces"].map((part) => panel.querySelector(part === "faces" ? "[data-kc-faces]" : `[data-kc-lock-${part}]`));
  const { pin, password, username } = form.elements;
  const over = panel.closest("dialog");

  const show = (mode) => {
    form.querySelectorAll("[data-kc-by]").forEach((part) => (part.hidden = part.dataset.kcBy !== mode && !(mode === "name" && part.dataset.kcBy === "password")));
    [pin, password, username].forEach((field) => (field.value = ""));
  };

  const choose = (face) => {
    const { kcFace, kcName, kcWhy } = face.dataset;
    names.querySelectorAll("[data-kc-face]").forEach((one) => one.setAttribute("aria-pressed", String(one === face)));
    form.elements.user.value = kcFace;
    who.textContent = !kcFace ? "User name and password." : kcWhy ? `${kcName}: type your password; ${kcWhy}.` : `${kcName}: type your PIN.`;
    said.replaceChildren();
    show(!kcFace ? "name" : kcWhy ? "password" : "pin");
    (!kcFace ? username : kcWhy ? password : pin).focus();
  };

  const press = (key) => {
    if (!form.elements.user.value) return void (who.textContent = "Tap your name first.");
    pin.value = key === "delete" ? pin.value.slice(0, -1) : (pin.value + key).slice(0, 8);
    said.replaceChildren();
  };

  const refused = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const asks = page.querySelector("[data-kc-asks]");
    if (asks && !pin.closest("[data-kc-by]").hidden) show("password");
    said.replaceChildren(...page.querySelectorAll("[data-kc-problem]"));
    [pin, password].forEach((field) => (field.value = ""));
    (pin.closest("[data-kc-by]").hidden ? password : pin).focus();
  };

  const opened = (answer) => {
    const same = over && answer.headers.get("KC-User") === document.body.dataset.kcUser;
    delete sessionStorage.kcLocked;
    show("pin");
    if (same) return kc.unlocked(answer.headers.get("KC-Token"));
    kc.going?.();
    if (over) window.location.reload();
    else window.location.replace(form.elements.next.value || "/");
  };

  const send = async () => {
    const body = new URLSearchParams(new FormData(form));
    const another = over && form.elements.user.value !== document.body.dataset.kcUser;
    if (another) body.set("typed", JSON.stringify(kc.typed()));
    kc.busy(form, true);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "KC-Lock": "1", "KC-Form": "1", ...kc.owner() }, signal: AbortSignal.timeout(kc.waits) });
      if (answer.status === 204 && answer.headers.has("KC-Token")) opened(answer);
      else if (answer.status === 422) refused(await answer.text());
      else await kc.names("This tablet did not open. Try again, or sign in on the sign-in page.");
    } catch {
      said.textContent = "No answer from the server. Nothing is lost: try again.";
    } finally {
      kc.busy(form, false);
    }
  };

  kc.lockPanel = { panel, form, names, said, choose, press, send };
})();
