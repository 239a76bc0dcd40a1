// data-kc-leaves="selector" on a link: where it replaces a place in which something typed is not saved yet,
// confirm.js asks first. The question is put on the link as the finger or the focus reaches it.
(() => {
  const typed = (input) => {
    if (input.type === "hidden" || input.type === "submit" || input.type === "button") return false;
    if (input.type === "radio" || input.type === "checkbox") return input.checked !== input.defaultChecked;
    if (input instanceof HTMLSelectElement) return false;
    return input.value !== input.defaultValue;
  };

  const ask = (event) => {
    const link = event.target.closest?.("[data-kc-leaves]");
    if (!link) return;
    const place = document.querySelector(link.dataset.kcLeaves);
    const unsaved = [...(place?.querySelectorAll("form input, form textarea, form select") || [])].some(typed);
    if (unsaved) {
      link.dataset.kcConfirm = "Something you typed for the open patient is not saved. Leave it?";
      link.dataset.kcConfirmYes = "Leave it";
    } else {
      delete link.dataset.kcConfirm;
    }
  };

  ["pointerdown", "focusin"].forEach((name) => document.addEventListener(name, ask, true));
})();
