// A clinic tablet in a patient's hands clears itself when nobody touches it: a form with
// data-kc-kiosk="seconds" is sent then. A page kept by the browser is asked for anew. Text size and calm colours
// of this patient go with the form: then, and on the page marked data-kc-kiosk-over.
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
  const form = document.querySelector("form[data-kc-kiosk]");
  if (!form) return;
  const rests = Number(form.dataset.kcKiosk) * 1000;
  let touched = Date.now();
  const touch = () => (touched = Date.now());
  ["pointerdown", "keydown", "input", "scroll"].forEach((name) => window.addEventListener(name, touch, { passive: true, capture: true }));
  const clear = () => {
    if (Date.now() - touched < rests) return;
    touch();
    plain();
    form.hidden = true;
    document.body.append(form); // a form outside the page is not sent
    document.querySelector("#kc-main").replaceChildren(); // nothing stays on the screen, whatever the network does
    form.submit();
  };
  window.setInterval(clear, 1000);
  document.addEventListener("visibilitychange", clear);
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
})();
