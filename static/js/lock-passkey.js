// At the lock a passkey instead of PIN or password, for a name that has one: the browser asks, the lock's form goes.
(() => {
  const kc = window.kc;
  if (!kc.lockPanel) return;
  const { panel, form, names, said, send } = kc.lockPanel;
  const button = form.querySelector("[data-kc-lock-passkey]");
  const fits = () => (button.hidden = !names.querySelector("[aria-pressed=true][data-kc-has-passkey]"));

  panel.addEventListener("click", (event) => event.target.closest("[data-kc-face]") && fits());
  new MutationObserver(fits).observe(names, { subtree: true, childList: true, attributeFilter: ["aria-pressed"] });
  button.addEventListener("click", async () => {
    said.replaceChildren();
    const fields = { user: form.elements.user.value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value };
    try {
      form.elements.credential.value = await kc.passkey(button.dataset.kcLockPasskey, "get", fields);
      await send();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      form.elements.credential.value = "";
    }
  });
  fits();
})();
