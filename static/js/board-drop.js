// A dropped visit: the server answers with a preview in a dialog, or with the rule and the minute that refuse it,
// which then stands where it was dropped. Meanwhile the board does not refresh itself.
// kc.preview(address) opens the same dialog without a drop (key M on a visit).
(() => {
  const kc = window.kc;

  const unsay = () => document.querySelectorAll("[data-kc-no]").forEach((note) => (note.closest(".no-seat") || note).remove());
  const home = () => document.querySelector("#kc-move");
  const tidy = () => {
    kc.ghost.drop();
    kc.targets.clear();
  };

  kc.preview = (address) => {
    unsay();
    return window.htmx.ajax("GET", address, { target: "#kc-move", swap: "innerHTML" });
  };

  kc.drop = async (block, place) => {
    const board = document.querySelector("[data-kc-board]").dataset;
    const scope = kc.targets.scope();
    const asked = new URLSearchParams({ scope: place.week ? "week" : scope, drop: "on" });
    if (place.week) asked.set("week", place.week);
    else asked.set("date", place.day || board.kcBoard);
    if (place.lane) {
      asked.set("start", place.minute);
      asked.set("chair", place.lane.dataset.kcLane);
    }
    await kc.preview(`${block.dataset.kcMovable}?${asked}`);
    if (!home().querySelector("dialog[open]")) tidy();
    block.focus({ preventScroll: true });
  };

  // A refusal stands in the lane where the visit was dropped.
  kc.onFresh((root) => {
    kc.all(root, "[data-kc-no]").forEach((note) => {
      const lane = note.dataset.kcNo && document.querySelector(`[data-kc-board="${note.dataset.kcOn}"] [data-kc-lane="${note.dataset.kcNo}"]`);
      if (!lane || !lane.getClientRects().length || lane.contains(note)) return;
      const seat = document.createElement("li");
      seat.className = `no-seat t${note.dataset.kcTick}${note.matches(".is-late") ? " is-late" : ""}`;
      seat.append(note);
      lane.append(seat);
    });
  });

  // Once the dialog has given the focus back, it goes to the visit that has just been moved.
  const arrive = () => {
    const moved = document.querySelector("[data-kc-arrived]");
    moved?.removeAttribute("data-kc-arrived");
    moved?.focus({ preventScroll: true });
  };
  const closed = (event) => {
    if (!event.target.closest?.("#kc-move")) return;
    tidy();
    setTimeout(arrive);
  };
  document.addEventListener("close", closed, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-kc-no-close]")) unsay();
    if (event.target.closest("[data-kc-says-close]")) document.querySelector("#kc-says").replaceChildren();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && unsay());

  const busy = () => document.body.matches(".is-moving, .is-pressed") || document.querySelector("#kc-move dialog[open]");
  const stay = (event) => event.detail.requestConfig.elt.id === "kc-board" && busy() && event.preventDefault();
  document.addEventListener("htmx:beforeRequest", stay);
  document.addEventListener("htmx:beforeSwap", stay);
})();
