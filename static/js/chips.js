// One-tap chips are real radios and checkboxes; this adds only "none": in a group with
// data-kc-none="value", choosing that value clears the others and choosing another clears it.
// In a group with data-kc-optional a second tap on the chosen one takes it back.
(() => {
  document.addEventListener("change", (event) => {
    const group = event.target.closest("[data-kc-none]");
    if (!group || !event.target.checked) return;
    const none = event.target.value === group.dataset.kcNone;
    group.querySelectorAll("input").forEach((input) => {
      if (input !== event.target && (none || input.value === group.dataset.kcNone)) input.checked = false;
    });
  });

  document.addEventListener("click", (event) => {
    const input = event.target;
    const group = input.matches?.("input[type=radio]") && input.closest("[data-kc-optional]");
    if (!group) return;
    if (group.dataset.kcWas === input.value) input.checked = false;
    group.dataset.kcWas = input.checked ? input.value : "";
  });
})();
