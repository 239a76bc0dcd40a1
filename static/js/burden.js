// The questions and minutes of what is ticked: data-kc-burden around boxes with data-kc-questions and -minutes.
(() => {
  const tell = (form) => {
    const ticked = [...form.querySelectorAll("input[data-kc-questions]:checked")];
    const sum = (name) => ticked.reduce((all, box) => all + Number(box.dataset[name]), 0);
    const about = ticked.some((box) => "kcAbout" in box.dataset) ? "About " : "";
    const words = `${about}${sum("kcQuestions")} questions, ${Math.ceil(sum("kcMinutes"))} minutes`;
    form.querySelector("[data-kc-burden-total]").textContent = ticked.length ? words : "Nothing chosen";
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-kc-burden]");
    if (form) tell(form);
  });
})();
