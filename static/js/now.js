// The server's clock and fresh pieces of page, for the other behaviours.
// kc.now(): seconds since 1970 by the server: its epoch in data-kc-now plus the time since, so that
// a wrong or jumping clock on the device changes nothing. A swapped piece may bring a newer epoch.
// kc.onFresh(fn): run fn(root) now for the page, and again for every piece that arrives later.
(() => {
  const kc = (window.kc = window.kc || {});
  let epoch = Number(document.body.dataset.kcNow) || 0;
  let mark = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
  const listeners = [];

  kc.now = () => epoch + (performance.now() - mark) / 1000;

  kc.all = (root, selector) => [
    ...(root.matches?.(selector) ? [root] : []),
    ...root.querySelectorAll(selector),
  ];

  kc.onFresh = (listener) => {
    listeners.push(listener);
    listener(document.body);
  };

  kc.fresh = (root) => {
    const newer = kc.all(root, "[data-kc-now]")[0];
    if (newer && newer !== document.body) {
      epoch = Number(newer.dataset.kcNow);
      mark = performance.now();
    }
    listeners.forEach((listener) => listener(root));
  };

  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) kc.fresh(event.detail.elt);
  });
})();
