// A clinic tablet in a patient's hands clears itself when nobody touches it: a form with
// data-kc-kiosk="seconds" is sent then. A page kept by the browser is asked for anew. Text size and calm colours
// of this patient go with the form: then, on the page marked data-kc-kiosk-over, and when the staff leave by the
// link marked data-kc-kiosk-staff. Touches keep the form open on the server, at most once a minute: somebody who
// reads or writes for long loses nothing. What is under way is called off when a form is sent, so that no late
// answer opens again what was cleared.
(() => {
  const plain = () => {
    delete document.documentElement.dataset.size;
    delete document.documentElement.dataset.theme;
    try {
      ["kc-size", "kc-calm"].forEach((name) => localStorage.removeItem(name));
    } catch {
      return; // storage is refused: nothing was kept
    }
  };
  if (document.querySelector("[data-kc-kiosk-over]")) plain();
  document.addEventListener("click", (event) => event.target.closest("[data-kc-kiosk-staff]") && plain());
  let form = document.querySelector("form[data-kc-kiosk]");
  if (!form) return;
  const current = () => (form = document.querySelector("form[data-kc-kiosk]") || form); // an answer may replace the page in place
  const EVERY = 60_000; // ms between two words to the server
  let [touched, told, cleared] = [Date.now(), Date.now(), false];
  let going = new AbortController();
  const hush = () => {
    going.abort();
    told = Date.now();
  };
  const touch = () => (touched = Date.now());
  ["pointerdown", "keydown", "input", "scroll"].forEach((name) => window.addEventListener(name, touch, { passive: true, capture: true }));
  const clear = () => {
    if (Date.now() - touched < Number(current().dataset.kcKiosk) * 1000) return;
    touch();
    hush();
    cleared = true;
    plain();
    form.hidden = true;
    document.body.append(form); // a form outside the page is not sent
    document.querySelector("#kc-main").replaceChildren(); // nothing stays on the screen, whatever the network does
    form.submit();
  };
  const tell = () => {
    if (cleared || touched <= told || Date.now() - told < EVERY) return;
    told = Date.now();
    going = new AbortController();
    const body = new URLSearchParams(new FormData(current()));
    fetch(form.dataset.kcTouched, { method: "POST", body, signal: going.signal }).catch(() => {}); // the next touch tries again
  };
  document.addEventListener("submit", hush);
  window.addEventListener("pagehide", hush);
  window.setInterval(() => {
    clear();
    tell();
  }, 1000);
  document.addEventListener("visibilitychange", clear);
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
})();
