// In [data-kc-arrows], arrow down and up go from the search field through the links of its list and back.
(() => {
  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const scope = by && event.target.closest("[data-kc-arrows]");
    if (!scope || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const stops = [...scope.querySelectorAll("input[type=search], [data-kc-list] [data-kc-item] a")];
    const here = stops.indexOf(event.target);
    const next = here < 0 ? null : stops[here + by];
    if (!next) return;
    next.focus();
    event.preventDefault();
  });
})();
