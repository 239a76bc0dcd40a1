// "HR unable to obtain": a button with data-kc-unable marks the field in use as not obtainable.
// It posts unable=<field name> (once a field); the number is emptied, zero never means missing.
(() => {
  const kc = window.kc;

  const mark = (field, input, yes) => {
    field.classList.toggle("is-unable", yes);
    field.querySelector("input[name=unable]")?.remove();
    const note = field.querySelector("small");
    if (!("kcWas" in note.dataset)) note.dataset.kcWas = note.textContent;
    note.textContent = yes ? "unable to obtain" : note.dataset.kcWas;
    if (!yes) return;
    input.value = "";
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "unable";
    hidden.value = input.name;
    field.append(hidden);
  };

  const used = (scope) => scope?.querySelector(".fld.on");

  document.addEventListener("kc:field", (event) => {
    const button = event.target.closest("form")?.querySelector("[data-kc-unable]");
    const field = event.detail.closest(".fld");
    if (!button || !field) return;
    const gone = field.classList.contains("is-unable");
    button.textContent = `${field.querySelector("b").textContent} ${gone ? "can be obtained" : "unable to obtain"}`;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-unable]");
    const field = used(button?.closest("form"));
    if (!field) return;
    const input = field.querySelector("input[data-kc-max]");
    mark(field, input, !field.classList.contains("is-unable"));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new CustomEvent("kc:field", { bubbles: true, detail: input }));
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest(".fld.is-unable");
    if (field && event.target.value !== "") mark(field, event.target, false);
  });
})();
