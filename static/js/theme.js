// The choice of theme shows at once and is kept on the server with the person; the next page comes
// with it from the start, so nothing flashes. No choice: the page follows the system.
(() => {
  const kc = window.kc;
  const apply = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };

  document.addEventListener("change", async (event) => {
    const form = event.target.closest("form[data-kc-theme]");
    if (!form) return;
    apply(event.target.value);
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(8000) });
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
    } catch {
      kc.toast?.("The theme is shown, but not kept: the server did not take it. Choose it again later.", "warning");
    }
  });
})();
