// A page between two others: its link is followed, its form is sent. What stood in the address is taken out of it.
(() => {
  const on = document.querySelector("[data-kc-go-on]");
  if (!on) return;
  if (on.matches("form")) {
    history.replaceState(null, "", window.location.pathname);
    on.requestSubmit();
  } else {
    window.location.replace(on.href);
  }
})();
