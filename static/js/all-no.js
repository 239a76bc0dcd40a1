// data-kc-all-no: sets every question of its form that has no answer yet to "no", for the eye to check.
// It changes no answer that was given and saves nothing; saving is an act of its own.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-kc-all-no]");
    if (!button) return;
    button.form.querySelectorAll("[data-kc-questions] [role=radiogroup]").forEach((question) => {
      if (!question.querySelector(":checked")) question.querySelector("input[value=no]").checked = true;
    });
  });
})();
