// The link of a message carries its code after the # sign, where no server and no log ever sees it.
// This page reads it there, takes it out of the address, and hands it in by POST.
(() => {
  const form = document.querySelector("[data-kc-link]");
  const code = decodeURIComponent(window.location.hash.slice(1));
  if (!form || !code) return;
  history.replaceState(null, "", window.location.pathname);
  form.elements.token.value = code;
  form.requestSubmit();
})();
