// A form with data-kc-device carries what the tablet knows: its own key for this entry, so that the same entry is
// stored once however often it is sent; how long ago Save was first pressed, by a clock that only counts, so that
// the time of day on the tablet changes nothing; that time of day, and how far it is from the server's.
(() => {
  const kc = window.kc;
  const pressed = new WeakMap(); // form -> performance.now() of the first press of Save for what stands there

  const put = (form, name, value) => {
    const field = form.querySelector(`input[type=hidden][name=${name}]`);
    if (field) field.value = value;
  };

  kc.onFresh((root) => {
    if (!window.crypto?.randomUUID) return; // only in a secure context; the server's key serves as well
    kc.all(root, "form[data-kc-device]").forEach((form) => put(form, "key", crypto.randomUUID()));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[data-kc-device]")) return;
    if (!pressed.has(form)) pressed.set(form, performance.now());
    const now = new Date();
    event.detail.parameters["age_ms"] = Math.round(performance.now() - pressed.get(form));
    event.detail.parameters["device_at"] = Number.isNaN(now.getTime()) ? "" : now.toISOString();
    event.detail.parameters["clock_offset_ms"] = Math.round(now.getTime() - kc.now() * 1000) || 0;
  });

  // Other numbers are another reading; a confirmation of the same ones is not.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-kc-device]") && event.target.name !== "confirmed") pressed.delete(form);
  });
})();
