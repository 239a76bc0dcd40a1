// Native dialogs: data-kc-open="id" opens, data-kc-close closes, focus goes back where it was.
// A dialog that arrives by htmx with data-kc-open-now opens at once; the event kc:close (HX-Trigger)
// closes what is open. The user menu (details, data-kc-menu) closes on Escape and on a press elsewhere.
(() => {
  const kc = window.kc;

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-kc-open]");
    if (opener) document.getElementById(opener.dataset.kcOpen)?.showModal();
    const closer = event.target.closest("[data-kc-close]");
    if (closer) closer.closest("dialog")?.close();
    document.querySelectorAll("[data-kc-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("[data-kc-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Closed on a refusal, the act is given up: the banner about it goes too, and does not stand over the next one.
  document.addEventListener(
    "close",
    (event) => {
      if (event.target.querySelector?.("[data-kc-refused]")) kc.saved(event.target);
    },
    true,
  );

  document.addEventListener("kc:close", () => {
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  });

  kc.onFresh((root) => {
    kc.all(root, "dialog[data-kc-open-now]:not([open])").forEach((dialog) => {
      const before = document.activeElement;
      dialog.showModal();
      dialog.addEventListener("close", () => {
        const back = before?.isConnected ? before : before?.id && document.getElementById(before.id); // replaced meanwhile
        (back || document.querySelector("#kc-main"))?.focus({ preventScroll: true });
        dialog.remove();
      });
    });
  });
})();
