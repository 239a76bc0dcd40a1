// At the lock somebody goes to the organisation's sign-in in another tab; back from there as the person of this page,
// the lock opens and what was typed is still there. For another person it stays.
(() => {
  if (!document.querySelector("#kc-lock")) return;
  new BroadcastChannel("kc-signed-in").addEventListener("message", ({ data }) => {
    const mine = data.user === document.body.dataset.kcUser && data.user;
    if (mine && sessionStorage.kcLocked) window.kc.unlocked(data.token);
  });
})();
