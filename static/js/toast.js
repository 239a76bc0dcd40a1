// Short messages. One that the page opens with has its own place and stays until it is closed, so that nothing
// moves by itself. One that floats and is good leaves after ten seconds, unless it is being read (pointer or
// focus); any other stays too. The event kc:toast (HX-Trigger) with {text, tone} shows a floating one.
(() => {
  const kc = window.kc;
  const home = document.querySelector("[data-kc-toasts]");
  if (!home) return;
  const STAYS = 10000;

  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAYS, toast);
    else toast.remove();
  };
  const floats = (toast) => [toast, home].some((one) => getComputedStyle(one).position === "fixed");
  const close = (toast) => {
    const held = toast.contains(document.activeElement);
    toast.remove();
    if (held) document.getElementById("kc-main")?.focus({ preventScroll: true }); // where the keys go on
  };

  kc.toast = (text, tone = "success") => {
    const toast = document.createElement("div");
    toast.className = `note-toast note-toast--now note-toast--${tone}`;
    toast.dataset.kcToast = tone;
    const words = document.createElement("span");
    words.textContent = text;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--text";
    button.textContent = "Close";
    button.dataset.kcDismiss = "";
    toast.append(words, button);
    home.append(toast);
    kc.fresh(toast);
  };

  document.addEventListener("kc:toast", (event) => kc.toast(event.detail.text, event.detail.tone));
  document.addEventListener("click", (event) => {
    const toast = event.target.closest("[data-kc-dismiss]")?.closest("[data-kc-toast]");
    if (toast) close(toast);
  });
  // What takes the focus under a floating message comes up from under it, if there is room for it; looked at over a
  // few frames, because the browser itself scrolls to what takes the focus.
  const comeUp = (target, frames) => {
    const toast = home.querySelector(".note-toast--now:last-child");
    if (!toast || toast.contains(target) || target !== document.activeElement) return;
    const [here, said] = [target.getBoundingClientRect(), toast.getBoundingClientRect()];
    if (here.height > said.top) return; // the whole page, for one: it is read where it stands
    const apart = here.bottom <= said.top || here.top >= innerHeight || here.right <= said.left || here.left >= said.right;
    if (!apart) scrollBy({ top: here.bottom - said.top + 12, behavior: "instant" });
    if (frames) requestAnimationFrame(() => comeUp(target, frames - 1));
  };
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest("dialog")) requestAnimationFrame(() => comeUp(target, 30));
  });
  kc.onFresh((root) => {
    const good = kc.all(root, "[data-kc-toast=success], [data-kc-toast=ok]");
    good.filter(floats).forEach((toast) => setTimeout(leave, STAYS, toast));
  });
})();
