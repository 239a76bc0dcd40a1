// A press is never lost to news. Parts that renew themselves (hx-trigger "every …") are not replaced under a finger
// or a button that is down: the click would go to nobody. They are asked for again once the press has arrived.
// kc.released(): a promise that waits until nothing is pressed, three seconds at most: then it is no press.
(() => {
  const kc = window.kc;
  const LONGEST = 3000;
  const CLICK = 50; // it comes right after the finger has left
  const waiting = [];
  let pressed = false;
  let timer;

  const release = (after) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      pressed = false;
      waiting.splice(0).forEach((go) => go());
    }, after);
  };

  kc.released = () => new Promise((go) => (pressed ? waiting.push(go) : go()));

  const press = () => {
    pressed = true;
    release(LONGEST);
  };
  const when = { capture: true, passive: true };
  document.addEventListener("pointerdown", press, when);
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => pressed && release(CLICK), when));

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig } = event.detail;
    const source = requestConfig.elt;
    if (!pressed || !event.detail.shouldSwap || !source.getAttribute("hx-trigger")?.includes("every ")) return;
    event.detail.shouldSwap = false;
    kc.released().then(() => source.isConnected && window.htmx.ajax("GET", requestConfig.path, { source }));
  });
})();
