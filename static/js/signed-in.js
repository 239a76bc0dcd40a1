// A sign-in ended in this tab: the tabs of the same person that stand locked are told, with a fresh token.
(() => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  const user = document.body.dataset.kcUser;
  if (token && user) new BroadcastChannel("kc-signed-in").postMessage({ user, token });
})();
