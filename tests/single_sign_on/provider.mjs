// A certified provider of OpenID Connect, as a process of its own, for tests. It asks who one is with its own form:
// any name of ACCOUNTS comes in without a password. node provider.mjs PORT; prints "ready" when it listens.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const issuer = `http://localhost:${port}`;
const ACCOUNTS = JSON.parse(process.argv[3]); // subject -> claims; "amr" and "ago" (seconds) are what it says of the sign-in

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "clinic",
      client_secret: "a secret of the clinic + 100%",
      redirect_uris: ["http://localhost/never"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      application_type: "web",
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  claims: { openid: ["sub", "amr"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false, // they stand in the ID token, as with most providers
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/who/${interaction.uid}` },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, sub) => ACCOUNTS[sub] && { accountId: sub, claims: () => ({ ...ACCOUNTS[sub], sub }) },
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/(localhost|testserver)[:/]/.test(uri);
const answer = provider.callback();

const body = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};

createServer(async (request, response) => {
  if (request.url === "/favicon.ico") return response.writeHead(204).end();
  if (!request.url.startsWith("/who/")) return answer(request, response);
  if (request.method === "POST") {
    const who = (await body(request)).get("who");
    const { amr = ["pwd"], ago = 0 } = ACCOUNTS[who] ?? {};
    const login = { accountId: who, amr, ts: Math.floor(Date.now() / 1000) - ago };
    const result = ACCOUNTS[who] ? { login } : { error: "access_denied", error_description: "unknown" };
    return provider.interactionFinished(request, response, result);
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(
    `<!doctype html><html lang="en"><title>Who are you</title><h1>Who are you</h1><form method="post">` +
      `<label>Name <input name="who"></label><button>That is me</button></form></html>`,
  );
}).listen(port, "localhost", () => console.log("ready"));
