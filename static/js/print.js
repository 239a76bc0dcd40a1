// data-kc-print on a button prints the page.
(() => {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-kc-print]")) window.print();
  });
})();
