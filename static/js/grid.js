// In a table with data-kc-grid the arrow keys go from link to link: left and right in a row, up and down
// in a column, Home and End to the ends of the row. Tab still reaches every one.
(() => {
  const stop = (cell) => cell?.querySelector("a[href]");

  const beside = (cell, by) => {
    for (let next = cell; (next = by > 0 ? next.nextElementSibling : next.previousElementSibling); ) if (stop(next)) return stop(next);
    return null;
  };

  const along = (cell, by) => {
    const rows = [...cell.closest("table").rows];
    for (let at = rows.indexOf(cell.parentElement) + by; rows[at]; at += by) {
      const found = stop(rows[at].cells[cell.cellIndex]);
      if (found) return found;
    }
    return null;
  };

  const ways = {
    ArrowRight: (cell) => beside(cell, 1),
    ArrowLeft: (cell) => beside(cell, -1),
    ArrowDown: (cell) => along(cell, 1),
    ArrowUp: (cell) => along(cell, -1),
    Home: (cell) => stop([...cell.parentElement.cells].find(stop)),
    End: (cell) => stop([...cell.parentElement.cells].reverse().find(stop)),
  };

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-kc-grid] td, [data-kc-grid] th");
    if (!cell || !ways[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = ways[event.key](cell);
    if (!next) return;
    next.focus();
    event.preventDefault();
  });
})();
