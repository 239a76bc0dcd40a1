// One question: keys 1 to 4 choose, Enter goes on; a page that comes back from the browser's memory is
// asked for again, so that it shows what is saved now. What went wrong is said in a patient's words.
(() => {
  const kc = window.kc;
  const KEPT = "Your choice is still on this page.";
  const WHY = {
    hang: `there was no answer from us in time. ${KEPT} Press Next again.`,
    dropped: `there is no connection right now. ${KEPT} Press Next again when you are back online.`,
    409: "it was already saved with another choice. Reload this page to see it.",
    422: "please read what the page says now. Answers given before are kept.",
    429: `too many tries in a short time. ${KEPT} Wait one minute, then press Next again.`,
    other: `something went wrong on our side. ${KEPT} Press Next again.`,
  };
  kc.why = (status) => WHY[status] || WHY.other;

  const answers = () => [...document.querySelectorAll("[data-kc-question] input[name=answer]")];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const here = event.target;
    if (here.matches("a, button, summary")) return;
    const chosen = answers()[Number(event.key) - 1];
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
