// Where one is stands in sight: a row of places that scrolls sideways on a phone begins at the current one.
(() => {
  document.querySelectorAll(".bar-places, .tabs").forEach((row) => {
    const here = row.querySelector("[aria-current]");
    if (!here) return;
    const [place, whole] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
    if (place.right > whole.right) row.scrollLeft += place.right - whole.right + place.width / 2;
  });
})();
