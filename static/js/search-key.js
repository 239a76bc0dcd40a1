// Keys for people who work with keys, off while typing and for who switched them off (user menu):
// "/" goes to the search field; j and k move through [data-kc-item] in a [data-kc-list];
// data-kc-key="o" on a link or button presses it. In an open dialog only the dialog's keys work.
(() => {
  const kc = window.kc;
  const STORE = "kc-keys";
  const off = () => localStorage.getItem(STORE) === "off";

  const typing = (element) =>
    element.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])");

  const move = (scope, by) => {
    const items = [...scope.querySelectorAll("[data-kc-list] [data-kc-item]")];
    const here = items.indexOf(document.activeElement.closest("[data-kc-item]"));
    const start = here >= 0 ? here : items.findIndex((item) => item.matches("[aria-current], .is-on"));
    const next = items[Math.min(items.length - 1, Math.max(0, start + by))];
    (next?.matches("a, button") ? next : next?.querySelector("a, button"))?.focus();
    return Boolean(next);
  };

  const press = (scope, key) => {
    const control = [...scope.querySelectorAll("[data-kc-key]")].find(
      (element) => element.dataset.kcKey.toLowerCase() === key && element.getClientRects().length,
    );
    control?.click();
    return Boolean(control);
  };

  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const dialogs = document.querySelectorAll("dialog[open]");
    const scope = dialogs[dialogs.length - 1] || document;
    const key = event.key.toLowerCase();
    let done = false;
    if (key === "/" && scope === document) {
      const field = document.querySelector("[data-kc-search]");
      field?.focus();
      done = Boolean(field);
    } else if (key === "j" || key === "k") done = move(scope, key === "j" ? 1 : -1);
    if (!done && key.length === 1) done = press(scope, key);
    if (done) event.preventDefault();
  });

  const say = (button) => {
    button.setAttribute("aria-pressed", String(!off()));
    button.textContent = `Single-key shortcuts: ${off() ? "off" : "on"}`;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-keys-toggle]");
    if (!button) return;
    localStorage.setItem(STORE, off() ? "on" : "off");
    say(button);
  });
  kc.onFresh((root) => kc.all(root, "[data-kc-keys-toggle]").forEach(say));
})();
