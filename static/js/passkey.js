// Passkeys: a form with data-kc-passkey ("get" or "create") asks the server for its question, the browser for the
// passkey, puts the answer into its field "credential" and goes. Nothing is kept in the browser by us.
(() => {
  if (window.kc?.passkey) return; // a shared tablet's pages have it for the lock already
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const WORDS = {
    NotAllowedError: "No passkey was used. Try again, or go another way.",
    InvalidStateError: "This device has a passkey for you already.",
    SecurityError: "Passkeys do not work at this address. Ask the clinic's administrator.",
  };

  const question = (options) => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const one of [...(options.allowCredentials || []), ...(options.excludeCredentials || [])]) one.id = bytes(one.id);
    return options;
  };

  const answer = (found) => {
    const parts = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[part]) parts[part] = text(found.response[part]);
    }
    const said = { id: found.id, rawId: text(found.rawId), type: found.type, response: parts };
    return JSON.stringify({ ...said, clientExtensionResults: found.getClientExtensionResults() });
  };

  // The browser's answer as text. Throws an Error whose message is a sentence.
  const ask = async (address, kind, fields) => {
    if (!window.PublicKeyCredential) throw new Error("This browser has no passkeys. Go another way.");
    try {
      const response = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) throw new Error();
      const publicKey = question((await response.json()).publicKey);
      return answer(await navigator.credentials[kind]({ publicKey }));
    } catch (error) {
      throw new Error(WORDS[error.name] || "No answer. Load the page again, and try once more.");
    }
  };
  (window.kc = window.kc || {}).passkey = ask;

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-kc-passkey]")) return;
    event.preventDefault();
    const [said, button] = [form.querySelector("[data-kc-passkey-said]"), form.querySelector("button")];
    said.textContent = "";
    button.disabled = true;
    try {
      form.elements.credential.value = await ask(form.dataset.kcOptions, form.dataset.kcPasskey, new FormData(form));
      form.submit();
    } catch (error) {
      said.textContent = error.message;
      button.disabled = false;
    }
  });
})();
