// Short messages. A good one leaves after ten seconds, unless it is being read (pointer or focus);
// any other stays until it is closed. The event kc:toast (HX-Trigger) with {text, tone} shows one.
(() => {
  const kc = window.kc;
  const home = document.querySelector("[data-kc-toasts]");
  if (!home) return;
  const STAYS = 10000;

  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAYS, toast);
    else toast.remove();
  };

  kc.toast = (text, tone = "success") => {
    const toast = document.createElement("div");
    toast.className = `note-toast note-toast--${tone}`;
    toast.dataset.kcToast = tone;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn--text";
    close.textContent = "Close";
    close.dataset.kcDismiss = "";
    toast.append(words, close);
    home.append(toast);
    kc.fresh(toast);
  };

  document.addEventListener("kc:toast", (event) => kc.toast(event.detail.text, event.detail.tone));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-kc-dismiss]")) event.target.closest("[data-kc-toast]")?.remove();
  });
  kc.onFresh((root) => {
    kc.all(root, "[data-kc-toast=success], [data-kc-toast=ok]").forEach((toast) => setTimeout(leave, STAYS, toast));
  });
})();
