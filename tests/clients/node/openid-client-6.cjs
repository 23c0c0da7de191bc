// Takes openid-client 6, whose folder is the argument, through tests/clients/story.py. The protocol: runs.py.
const { pathToFileURL } = require("node:url");
const { opened, story, forged, require: must } = require("./talk.cjs");

opened(async (given, ask) => {
  const client = await import(pathToFileURL(require.resolve(process.argv[2])));
  const { issuer, redirectUri, afterLogout } = given;
  const signed = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
  // HS256 rests on TLS there: the option that verifies signatures too knows public keys alone.
  const byTls = { execute: [client.allowInsecureRequests] };

  async function authentication({ method, clientSecret, privateKey }) {
    if (method === "none") return client.None();
    if (method === "client_secret_post") return client.ClientSecretPost(clientSecret);
    if (method === "client_secret_basic") return client.ClientSecretBasic(clientSecret);
    const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    return client.PrivateKeyJwt(await crypto.subtle.importKey("jwk", privateKey, rsa, false, ["sign"]));
  }

  async function configured(app) {
    if (app.config) return app.config;
    const { clientId, algorithm } = app;
    const clientAuthentication = await authentication(app);
    const options = algorithm === "HS256" ? byTls : signed;
    // docs: begin
    // clientAuthentication: client.ClientSecretBasic(clientSecret), ClientSecretPost, PrivateKeyJwt(key) or None()
    // options: { execute: [client.enableNonRepudiationChecks] } for RS256 and ES256
    const config = await client.discovery(
      new URL(issuer),
      clientId,
      { id_token_signed_response_alg: algorithm },
      clientAuthentication,
      options,
    );
    // docs: end
    return (app.config = config);
  }

  async function signIn(app, step) {
    const config = await configured(app);
    // docs: begin
    const verifier = client.randomPKCECodeVerifier();
    const checks = { state: client.randomState(), nonce: client.randomNonce() };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid profile email offline_access",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...checks,
    });
    // docs: end
    const callback = await ask(url.href, step.via);
    // docs: begin
    const tokens = await client.authorizationCodeGrant(config, new URL(callback), {
      pkceCodeVerifier: verifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
    });
    // docs: end
    app.tokens = tokens;
    app.first ??= { token: tokens.id_token, nonce: checks.nonce };
    app.last = { token: tokens.id_token, nonce: checks.nonce };
    must(tokens.claims().nonce === checks.nonce, "nonce");
    if (step.verifies) await userInfo(app);
  }

  async function userInfo({ config, tokens }) {
    const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    must(told.email === given.email, JSON.stringify(told));
  }

  async function refresh(app) {
    app.used = app.tokens;
    const tokens = await client.refreshTokenGrant(app.config, app.used.refresh_token);
    must(tokens.refresh_token !== app.used.refresh_token, "the same refresh token");
    must(tokens.access_token !== app.used.access_token, "the same access token");
    must(tokens.claims().sub === app.used.claims().sub, "sub");
    app.tokens = tokens;
  }

  /** An id token is verified by what takes one from the browser; of the token endpoint it is never verified alone. */
  async function verify(app, step) {
    const { token, nonce } = step.first ? app.first : app.last;
    const metadata = { ...app.config.serverMetadata() };
    if (step.expects === "issuer") metadata.issuer = "https://other.example/oidc";
    const clientId = step.expects === "audience" ? "another" : app.clientId;
    const config = new client.Configuration(metadata, clientId, { id_token_signed_response_alg: app.algorithm });
    client.allowInsecureRequests(config);
    client.useIdTokenResponseType(config);
    const fragment = `#id_token=${step.forged ? forged(token) : token}`;
    await client.implicitAuthentication(config, new URL(redirectUri + fragment), nonce);
  }

  await story(given, {
    signIn,
    userInfo,
    refresh,
    verify,
    discover: async (app) => {
      const told = (await configured(app)).serverMetadata();
      must(told.issuer === issuer && told.supportsPKCE(), JSON.stringify(told));
    },
    introspect: async ({ config, tokens }) => {
      must((await client.tokenIntrospection(config, tokens.access_token)).active, "not active");
    },
    replay: async ({ config, used }) => client.refreshTokenGrant(config, used.refresh_token),
    revoke: async ({ config, tokens }) => {
      await client.tokenRevocation(config, tokens.refresh_token);
      must(!(await client.tokenIntrospection(config, tokens.access_token)).active, "still active");
    },
    rotate: async () => ask("", "new keys"),
    logOut: async ({ config, tokens }) => {
      // docs: begin
      const logoutUrl = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: afterLogout,
        state: "bye",
      });
      // docs: end
      must((await ask(logoutUrl.href, "browser")) === `${afterLogout}?state=bye`, "came back elsewhere");
    },
  });
});
