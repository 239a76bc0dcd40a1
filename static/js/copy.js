// data-kc-copy="selector" on a button copies the text it names and says so beside it, in [data-kc-copied]
// of the same row. The button is hidden in the page and shown here: without a clipboard it could do nothing.
(() => {
  const kc = window.kc;

  kc.onFresh((root) => {
    if (navigator.clipboard) kc.all(root, "[data-kc-copy]").forEach((button) => (button.hidden = false));
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-kc-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.kcCopy);
    const note = button.parentElement.querySelector("[data-kc-copied]");
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      note.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(source);
      note.textContent = "Not copied: it is selected, copy it by hand.";
    }
  });
})();
