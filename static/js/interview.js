// An interview by telephone: the keys beside the answers choose, Enter saves, P declines, B goes back.
// Keys of two digits ("10") wait a moment for the second one: "1" is chosen at once, "0" makes it "10".
(() => {
  const form = () => document.querySelector("[data-kc-interview]");
  const choices = () => [...form().querySelectorAll("input[data-kc-press]")];
  let typed = "";
  let at = 0;

  const choose = (key) => {
    const now = Date.now();
    const both = now - at < 1500 ? typed + key : key;
    const found = choices().find((input) => input.dataset.kcPress === both) || choices().find((input) => input.dataset.kcPress === key);
    typed = found?.dataset.kcPress || "";
    at = now;
    if (!found) return false;
    found.checked = true;
    found.focus({ preventScroll: true });
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (!form() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("select, textarea, input:not([type=radio])") || event.target.closest("dialog")) return;
    const key = event.key.toLowerCase();
    if (/^\d$/.test(key) && choose(key)) return event.preventDefault();
    const pressed = form().querySelector(`button[data-kc-press="${CSS.escape(key)}"], a[data-kc-press="${CSS.escape(key)}"]`);
    if (pressed) {
      event.preventDefault();
      pressed.click();
    } else if (key === "enter" && !event.target.matches("a, button, summary")) {
      event.preventDefault();
      form().requestSubmit(form().querySelector("[data-kc-next]"));
    }
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
