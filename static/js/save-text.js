// A button with data-kc-save-text="name" saves the lines of [data-kc-text] as a file of that name; nothing is sent.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-save-text]");
    if (!button) return;
    const lines = [...document.querySelectorAll("[data-kc-text] > *")].map((one) => `${one.textContent.trim()}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "text/plain" }));
    link.download = button.dataset.kcSaveText;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
