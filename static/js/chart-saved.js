// After a save at the chair. The server says kc:charted {key} once the act is committed, and no more. The keypad it
// came from is empty at once, under the new key, and the page asks for its chart by itself (kc:news on #chart-live).
// Should that fail, the page says that it is not current; what was saved cannot go out again as something else.
(() => {
  const kc = window.kc;
  let empty = ""; // the keypad as the server made it, before anybody typed
  let owed = false; // an answer under way may have been put together before the act
  let held = []; // forms of the chart that did their act: not pressed again before the chart shows it

  const pad = () => document.querySelector("#chart-pad");
  const live = () => document.querySelector("#chart-live");
  const field = (name) => pad().querySelector(`input[name=${name}]`);

  kc.onFresh((root) => {
    const fresh = kc.all(root, "#chart-pad:has([data-kc-keypad])")[0];
    if (fresh) empty = fresh.outerHTML;
  });

  const emptied = (key) => {
    const inside = pad().contains(document.activeElement);
    const token = field("csrfmiddlewaretoken").value; // renewed since the page came, perhaps
    const [head, ...notes] = pad().querySelectorAll("#pad-head, [data-kc-keypad] small");
    pad().outerHTML = empty;
    document.getElementById(head.id).replaceWith(head);
    notes.forEach((note) => {
      note.textContent = ""; // the last value comes with the chart
      delete note.dataset.kcWas;
      document.getElementById(note.id).replaceWith(note);
    });
    field("csrfmiddlewaretoken").value = token;
    field("key").value = key;
    window.htmx.process(pad());
    kc.fresh(pad());
    if (inside) pad().querySelector("input[data-kc-max]").focus({ preventScroll: true });
  };

  const ask = () => {
    owed = Boolean(live()?.classList.contains("htmx-request"));
    if (live() && !owed) window.htmx.trigger(live(), "kc:news");
  };

  document.addEventListener("kc:charted", (event) => {
    const form = event.target;
    if (empty && pad()?.contains(form)) emptied(event.detail.key);
    else if (live()?.contains(form)) {
      held.push(form);
      setTimeout(() => held.includes(form) && kc.busy(form, true));
    }
    ask();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig?.elt?.id !== "chart-live") return;
    if (owed) return void setTimeout(ask);
    held.forEach((form) => kc.busy(form, false));
    held = [];
  });

  // A sign that is marked as not obtainable keeps its own words.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target?.closest?.(".is-unable")) event.detail.shouldSwap = false;
  });
})();
