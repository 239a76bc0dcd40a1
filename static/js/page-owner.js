// Every request that writes says for whom this page was made (header KC-User): the server refuses it when somebody
// else is signed in on this device by now, so that nobody's entry goes out under another name. KC-Site says the same
// of the clinic, for people who work at several.
// kc.owner(): that header, for requests that other behaviours send. A write waits longer than a read.
(() => {
  const kc = (window.kc = window.kc || {});
  const WAITS = { read: 8000, write: 15000 };
  const { kcUser: user, kcSite: site } = document.body.dataset;

  kc.waits = WAITS.write;
  kc.owner = () => (user ? { "KC-User": user, ...(site && { "KC-Site": site }) } : {});

  document.addEventListener("htmx:configRequest", (event) => {
    Object.assign(event.detail.headers, kc.owner());
    event.detail.timeout = event.detail.verb === "get" ? WAITS.read : WAITS.write;
  });
})();
