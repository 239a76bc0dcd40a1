// A piece of page that is replaced takes the focus with it. Afterwards it goes to the same control in the
// new piece, else to the content, so that the next Tab goes on from there and not from the top of the page.
(() => {
  const address = (control) => control.getAttribute("href") || control.form?.getAttribute("action") || control.name || "";
  const words = (control) => control.textContent.trim();
  const same = (lost) =>
    [...document.querySelectorAll(lost.tag)].find((control) => words(control) === lost.words && address(control) === lost.address);
  let lost = null;

  const remember = (event) => {
    const here = document.activeElement;
    if (!event.detail.shouldSwap || here === document.body || !event.detail.target?.contains(here)) return;
    lost = { tag: here.tagName, words: words(here), address: address(here) };
  };
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:oobBeforeSwap", remember);

  document.addEventListener("htmx:afterSettle", () => {
    if (!lost || document.activeElement !== document.body) return;
    (same(lost) || document.querySelector("#kc-main"))?.focus({ preventScroll: true });
    lost = null;
  });
})();
