// data-kc-confirm="Sentence?" on a button or link asks first, in our own dialog.
// "No" has the focus, so that Enter pressed by habit changes nothing.
(() => {
  const dialog = document.querySelector("#kc-confirm");
  if (!dialog) return;
  const yes = dialog.querySelector("[data-kc-confirm-yes]");
  let asked = null;

  window.addEventListener(
    "click",
    (event) => {
      const control = event.target.closest?.("[data-kc-confirm]");
      if (!control) return;
      if (control === asked) {
        asked = null;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      dialog.querySelector("[data-kc-confirm-text]").textContent = control.dataset.kcConfirm;
      yes.textContent = control.dataset.kcConfirmYes || "Yes";
      yes.onclick = () => {
        dialog.close();
        asked = control;
        control.click();
      };
      dialog.showModal();
    },
    true,
  );
})();
