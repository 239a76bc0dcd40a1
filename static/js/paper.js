// A form from paper: a digit chooses the answer and goes on to the next question, "-" or "." says left blank,
// arrows up and down go from question to question, Backspace back. A code of two digits is typed as on paper:
// "1" waits where "10" is possible. data-kc-day writes a day into the field; an old day asks why it comes now.
(() => {
  const home = () => document.querySelector("[data-kc-paper]");
  const rows = () => [...home().querySelectorAll("[data-kc-row]")];
  const inputs = (row) => [...row.querySelectorAll("input[type=radio]")];
  const YEAR = 365 * 24 * 3600 * 1000;
  let open = null; // { row, code } that a second digit may still complete

  const into = (row) => {
    if (!row) return home().querySelector("button[type=submit]").focus();
    const held = inputs(row).find((input) => input.checked) || inputs(row)[0];
    held.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const beside = (row, by) => rows()[rows().indexOf(row) + by];
  const codeOf = (row, code) => inputs(row).find((input) => input.value === code);
  const mark = (input) => {
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const digit = (row, key) => {
    if (open?.row === row && codeOf(row, open.code + key)) {
      mark(codeOf(row, open.code + key));
      open = null;
      return into(beside(row, 1));
    }
    if (open?.row === row) {
      open = null;
      return beside(row, 1) && digit(beside(row, 1), key);
    }
    const found = codeOf(row, key);
    if (!found) return undefined;
    mark(found);
    const longer = inputs(row).some((input) => input.value.length > key.length && input.value.startsWith(key));
    open = longer ? { row, code: key } : null;
    return into(longer ? row : beside(row, 1));
  };

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-kc-paper] [data-kc-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, Backspace: -1 }[event.key];
    if (/^\d$/.test(event.key)) digit(row, event.key);
    else if (["-", ".", "–"].includes(event.key)) (mark(codeOf(row, "-")), (open = null), into(beside(row, 1)));
    else if (step && (step > 0 || beside(row, -1))) (open = null), into(beside(row, step));
    else if (event.key === "Enter") home().requestSubmit(home().querySelector("button[type=submit]"));
    else return;
    event.preventDefault();
  });

  const day = () => home()?.querySelector("[name=day]");
  const ask = () => {
    const old = day().value && Date.now() - new Date(day().value).getTime() > YEAR + 24 * 3600 * 1000;
    if (old) home().querySelector(".why").hidden = false;
  };
  document.addEventListener("change", (event) => event.target === day() && ask());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kc-day]");
    if (!button || !home()) return;
    day().value = button.dataset.kcDay;
    day().dispatchEvent(new Event("change", { bubbles: true }));
    into(rows()[0]);
  });
})();
