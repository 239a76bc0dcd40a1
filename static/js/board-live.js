// The suite board, kept current without a reload: asked for every four seconds with the version on the screen (304:
// nothing new), at once when it will change by itself (data-kc-changes), comes back into view or wakes from sleep.
// Events on document: kc:board-good (an answer came), kc:board-bad {why}, kc:board-new {before: old tiles by id}.
(() => {
  const kc = window.kc;
  const EVERY = 4000;
  const TIMEOUT = 6000;
  const SLEPT = 30000; // the two clocks of the device are further apart than that: it slept
  let asking = false;
  let clocks = Date.now() - performance.now();

  const board = () => document.querySelector("[data-kc-board]");
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const states = () => new Map(kc.all(board(), "[data-kc-tile]").map((tile) => [tile.id, tile.dataset]));

  const clock = (now) => {
    if (!now) return;
    const mark = document.createElement("i");
    mark.dataset.kcNow = now;
    kc.fresh(mark);
  };

  const put = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-kc-board]");
    if (!fresh) return false;
    const before = states();
    const focused = board().contains(document.activeElement) ? document.activeElement.id : null;
    board().replaceWith(fresh);
    kc.fresh(fresh);
    tell("kc:board-new", { before });
    if (focused !== null) (document.getElementById(focused) || document.querySelector("#kc-main")).focus({ preventScroll: true });
    return true;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    const { kcBoard, kcTag, kcChanges } = board().dataset;
    const ripe = kcChanges && kc.now() >= Number(kcChanges);
    const headers = { "HX-Request": "true", Accept: "text/html", ...(ripe ? {} : { "If-None-Match": kcTag }) };
    try {
      const answer = await fetch(kcBoard, { headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
      if (answer.status === 423) return kc.lock?.("rest");
      const html = answer.ok ? await answer.text() : "";
      await kc.released();
      const current = answer.status === 304 || (answer.ok && put(html));
      if (!current) return tell("kc:board-bad", { why: answer.status });
      clock(answer.headers.get("KC-Now"));
      tell("kc:board-good");
    } catch {
      tell("kc:board-bad", { why: "dropped" });
    } finally {
      asking = false;
    }
  };

  const look = () => {
    const apart = Date.now() - performance.now();
    if (apart - clocks > SLEPT) tell("kc:board-bad", { why: "slept", slept: apart - clocks });
    clocks = apart;
    const changes = Number(board().dataset.kcChanges);
    if (changes && kc.now() >= changes) ask();
  };

  setInterval(ask, EVERY);
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("online", ask);
  window.addEventListener("offline", () => tell("kc:board-bad", { why: "offline" }));
})();
