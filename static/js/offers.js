// The five offers: choosing one by its key, or by a press, puts the focus on it, so that Enter confirms it.
// A refusal takes the focus, so that the next Tab reaches what it asks for.
document.addEventListener("click", (event) => {
  if (event.target.matches(".offers input[name=start]")) event.target.focus({ preventScroll: true });
});
document.addEventListener("htmx:afterSettle", (event) => {
  const refused = event.target.id === "kc-offers" && event.target.querySelector("[data-kc-refused]");
  if (refused) window.kc.toProblem(event.target);
});
