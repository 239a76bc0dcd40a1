// The lock of a shared tablet, over the page: by its button, after minutes without a touch, or when the server says so.
// What is typed stays below it. kc.lock(why), kc.unlocked(token): the same person goes on, with a fresh token.
// Only that it is locked, and when it was touched, is kept in the browser; nothing about anybody.
(() => {
  const kc = window.kc;
  const dialog = document.querySelector("#kc-lock");
  if (!dialog) return;
  const TOKEN = "input[name=csrfmiddlewaretoken]";
  const rests = Number(dialog.dataset.kcRests) * 1000;
  const TELLS = 15000;
  let told = Date.now();
  let locked = false;
  const note = (time) => (localStorage.kcTouched = time);
  note(told);

  const post = (address, fields = {}) => {
    const headers = { "KC-Lock": "1", "KC-Form": "1", "X-CSRFToken": dialog.querySelector(TOKEN).value, ...kc.owner() };
    return fetch(address, { method: "POST", body: new URLSearchParams(fields), headers, signal: AbortSignal.timeout(8000) });
  };

  const raise = () => {
    if (!locked) return;
    if (dialog.open) dialog.close();
    dialog.showModal();
  };

  kc.lock = (why = "button") => {
    if (locked) return;
    locked = true;
    sessionStorage.kcLocked = "1";
    document.documentElement.dataset.kcLocked = "";
    raise();
    kc.atLock?.(dialog);
    post(dialog.dataset.kcLock, { why })
      .catch(() => {}) // no connection: the lock stands all the same, and the server locks by its own clock
      .then(() => kc.names?.());
  };

  kc.unlocked = (token) => {
    locked = false;
    told = Date.now();
    note(told);
    delete sessionStorage.kcLocked;
    delete document.documentElement.dataset.kcLocked;
    document.querySelectorAll(TOKEN).forEach((input) => (input.value = token));
    dialog.close();
  };

  const touch = () => {
    if (locked) return;
    const now = Date.now();
    note(now);
    if (now - told < TELLS) return;
    told = now;
    post(dialog.dataset.kcTouch).then((answer) => answer.status === 423 && kc.lock("rest"), () => {});
  };

  const look = () => Date.now() - Number(localStorage.kcTouched || 0) >= rests && kc.lock("rest");

  ["pointerdown", "keydown", "input"].forEach((name) => document.addEventListener(name, touch, { capture: true, passive: true }));
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => setTimeout(() => locked && !dialog.open && raise()));
  document.addEventListener("htmx:afterSettle", raise); // a sheet that arrives late opens below
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-kc-lock-now]")) return;
    event.preventDefault();
    kc.lock();
  }, true);
  if (sessionStorage.kcLocked) kc.lock("rest");
})();
