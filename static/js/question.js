// One question: number keys choose (on a scale of many points the number itself), Enter goes on; a page that comes back from the browser's memory is
// asked for again, so that it shows what is saved now. What went wrong is said in the page's words.
(() => {
  const kc = window.kc;
  const says = document.body.dataset;
  kc.says = { notSaved: says.kcNotSaved, close: says.kcClose };
  kc.why = (status) => says[`kcWhy${status in { hang: 1, dropped: 1 } ? status[0].toUpperCase() + status.slice(1) : status}`] || says.kcWhyOther;

  const answers = () => [...document.querySelectorAll("[data-kc-question] input[name=answer]")];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const here = event.target;
    if (here.matches("a, button, summary")) return;
    const scale = answers().length > 9;
    const chosen = /^\d$/.test(event.key) && answers().find((input, place) => (scale ? input.value : String(place + 1)) === event.key);
    if (chosen) {
      chosen.checked = true;
      chosen.focus();
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const form = document.querySelector("[data-kc-question]");
      form?.requestSubmit(form.querySelector(".go"));
    }
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
