// What changed on the board, spoken once: one polite sentence for all chairs that need someone now and did not
// before; at once for what may sound. A board that comes again unchanged says nothing.
(() => {
  const say = (manner, words) => {
    const place = document.querySelector(`[data-kc-say=${manner}]`);
    if (place && words.length) place.textContent = `${words.join(". ")}.`;
  };

  const text = (tile, part) => tile.querySelector(part)?.textContent.replace(/\s+/g, " ").trim() || "";
  const words = (tile) => [tile.getAttribute("aria-label"), text(tile, ".what")].filter(Boolean).join(", ");

  document.addEventListener("kc:board-new", (event) => {
    const { before } = event.detail;
    const tiles = [...document.querySelectorAll("[data-kc-tile]")];
    const louder = tiles.filter((tile) => tile.dataset.kcLoud && before.get(tile.id)?.kcLoud !== tile.dataset.kcLoud);
    const changed = tiles.filter((tile) => tile.dataset.kcTile !== before.get(tile.id)?.kcTile && !louder.includes(tile));
    say("now", louder.map(words));
    say("polite", changed.map(words));
  });
})();
