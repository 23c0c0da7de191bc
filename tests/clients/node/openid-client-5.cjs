// Takes openid-client 5, which next-auth 4 signs in with, through tests/clients/story.py. Its folder is the argument.
// The protocol: runs.py.
const { Issuer, generators } = require(process.argv[2]);
const { opened, story, forged, require: must } = require("./talk.cjs");

opened(async (given, ask) => {
  const { issuer, redirectUri, afterLogout } = given;

  async function configured(app) {
    if (app.client) return app.client;
    const { clientId, clientSecret, method, algorithm, privateKey } = app;
    const jwks = privateKey && { keys: [privateKey] };
    // docs: begin
    // method: "client_secret_basic", "client_secret_post", "none", or "private_key_jwt" with jwks: { keys: [privateKey] }
    const provider = await Issuer.discover(issuer);
    const client = new provider.Client(
      {
        client_id: clientId,
        client_secret: clientSecret,
        token_endpoint_auth_method: method,
        id_token_signed_response_alg: algorithm,
        redirect_uris: [redirectUri],
      },
      jwks,
    );
    // docs: end
    return (app.client = client);
  }

  async function signIn(app, step) {
    const client = await configured(app);
    // docs: begin
    const code_verifier = generators.codeVerifier();
    const state = generators.state();
    const nonce = generators.nonce();
    const url = client.authorizationUrl({
      scope: "openid profile email offline_access",
      code_challenge: generators.codeChallenge(code_verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    // docs: end
    const callback = await ask(url, step.via);
    // docs: begin
    const tokens = await client.callback(redirectUri, client.callbackParams(callback), { code_verifier, state, nonce });
    // docs: end
    app.tokens = tokens;
    app.first ??= { id_token: tokens.id_token, nonce };
    app.last = { id_token: tokens.id_token, nonce };
    must(tokens.claims().nonce === nonce, "nonce");
    if (step.verifies) await userInfo(app);
  }

  async function userInfo({ client, tokens }) {
    const told = await client.userinfo(tokens);
    must(told.email === given.email && told.sub === tokens.claims().sub, JSON.stringify(told));
  }

  async function refresh(app) {
    app.used = app.tokens;
    const tokens = await app.client.refresh(app.used.refresh_token);
    must(tokens.refresh_token !== app.used.refresh_token, "the same refresh token");
    must(tokens.access_token !== app.used.access_token, "the same access token");
    must(tokens.claims().sub === app.used.claims().sub, "sub");
    app.tokens = tokens;
  }

  /** What the browser brings is verified by the same method as what the token endpoint answers. */
  async function verify(app, step) {
    const { id_token, nonce } = step.first ? app.first : app.last;
    const known = { ...app.client.issuer.metadata };
    if (step.expects === "issuer") known.issuer = "https://other.example/oidc";
    const client = new new Issuer(known).Client({
      client_id: step.expects === "audience" ? "another" : app.clientId,
      client_secret: app.clientSecret,
      id_token_signed_response_alg: app.algorithm,
    });
    const parameters = { id_token: step.forged ? forged(id_token) : id_token };
    await client.callback(redirectUri, parameters, { nonce, response_type: "id_token" });
  }

  await story(given, {
    signIn,
    userInfo,
    refresh,
    verify,
    discover: async (app) => {
      const { metadata } = (await configured(app)).issuer;
      must(metadata.issuer === issuer, JSON.stringify(metadata));
    },
    introspect: async ({ client, tokens }) => {
      must((await client.introspect(tokens.access_token)).active, "not active");
    },
    replay: async ({ client, used }) => client.refresh(used.refresh_token),
    revoke: async ({ client, tokens }) => {
      await client.revoke(tokens.refresh_token);
      must(!(await client.introspect(tokens.access_token)).active, "still active");
    },
    rotate: async () => ask("", "new keys"),
    logOut: async ({ client, tokens }) => {
      // docs: begin
      const logoutUrl = client.endSessionUrl({
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: afterLogout,
        state: "bye",
      });
      // docs: end
      must((await ask(logoutUrl, "browser")) === `${afterLogout}?state=bye`, "came back elsewhere");
    },
  });
});
