// A form with data-kc-device carries what the tablet knows: its own key for this entry, so that the
// same entry is stored once however often it is sent, its clock, and how far that is from the server's.
(() => {
  const kc = window.kc;

  const put = (form, name, value) => {
    const field = form.querySelector(`input[type=hidden][name=${name}]`);
    if (field) field.value = value;
  };

  kc.onFresh((root) => {
    if (!window.crypto?.randomUUID) return; // only in a secure context; the server's key serves as well
    kc.all(root, "form[data-kc-device]").forEach((form) => put(form, "key", crypto.randomUUID()));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("form[data-kc-device]")) return;
    const now = Date.now();
    event.detail.parameters["device_at"] = new Date(now).toISOString();
    event.detail.parameters["clock_offset_ms"] = Math.round(now - kc.now() * 1000);
  });
})();
