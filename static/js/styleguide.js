// Style guide only: switches this page's theme, and keeps its example forms from being sent.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-show-theme]");
    if (!button) return;
    if (button.dataset.kcShowTheme) document.documentElement.dataset.theme = button.dataset.kcShowTheme;
    else delete document.documentElement.dataset.theme;
  });
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.closest("main")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        window.kc.toast("An example: nothing was sent.", "info");
      }
    },
    true,
  );
})();
