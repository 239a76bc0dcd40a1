// The five offers: choosing one by its key, or by a press, puts the focus on it, so that Enter confirms it.
document.addEventListener("click", (event) => {
  if (event.target.matches(".offers input[name=start]")) event.target.focus({ preventScroll: true });
});
