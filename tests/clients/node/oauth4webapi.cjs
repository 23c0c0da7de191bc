// Takes oauth4webapi 3, whose folder is the argument, through tests/clients/story.py. The protocol: runs.py.
const { pathToFileURL } = require("node:url");
const { opened, story, forged, ABSENT, require: must } = require("./talk.cjs");

opened(async (given, ask) => {
  const oauth = await import(pathToFileURL(require.resolve(process.argv[2])));
  const { issuer, redirectUri, afterLogout } = given;
  // Plain HTTP, of the tests' server alone.
  const options = { [oauth.allowInsecureRequests]: true };

  async function configured(app) {
    if (app.as) return app;
    const { clientId, algorithm, method, clientSecret, privateKey } = app;
    if (method === "none") app.auth = oauth.None();
    if (method === "client_secret_post") app.auth = oauth.ClientSecretPost(clientSecret);
    if (method === "client_secret_basic") app.auth = oauth.ClientSecretBasic(clientSecret);
    if (method === "private_key_jwt") {
      const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      app.auth = oauth.PrivateKeyJwt(await crypto.subtle.importKey("jwk", privateKey, rsa, false, ["sign"]));
    }
    // docs: begin
    // auth: oauth.ClientSecretBasic(clientSecret), ClientSecretPost, PrivateKeyJwt(key) or None()
    const server = new URL(issuer);
    const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, options));
    const client = { client_id: clientId, id_token_signed_response_alg: algorithm };
    // docs: end
    return Object.assign(app, { as, client });
  }

  async function signIn(app, step) {
    const { as, client, auth } = await configured(app);
    // docs: begin
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid profile email offline_access",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    // docs: end
    const callback = await ask(url.href, step.via);
    // docs: begin
    const given = oauth.validateAuthResponse(as, client, new URL(callback), state);
    const answer = await oauth.authorizationCodeGrantRequest(
      as, client, auth, given, redirectUri, verifier, options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    // docs: end
    if (app.algorithm !== "HS256") {
      // docs: begin
      await oauth.validateApplicationLevelSignature(as, answer, options);
      // docs: end
    }
    Object.assign(app, { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) });
    app.first ??= { token: tokens.id_token, nonce };
    app.last = { token: tokens.id_token, nonce };
    must(app.claims.nonce === nonce, "nonce");
    if (step.verifies) await userInfo(app);
  }

  async function userInfo({ as, client, tokens, claims }) {
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, options);
    const told = await oauth.processUserInfoResponse(as, client, claims.sub, answer);
    must(told.email === given.email, JSON.stringify(told));
  }

  async function refreshed({ as, client, auth }, token) {
    const answer = await oauth.refreshTokenGrantRequest(as, client, auth, token, options);
    return await oauth.processRefreshTokenResponse(as, client, answer);
  }

  async function refresh(app) {
    app.used = app.tokens;
    const tokens = await refreshed(app, app.used.refresh_token);
    must(tokens.refresh_token !== app.used.refresh_token, "the same refresh token");
    must(tokens.access_token !== app.used.access_token, "the same access token");
    must(oauth.getValidatedIdTokenClaims(tokens).sub === app.claims.sub, "sub");
    app.tokens = tokens;
  }

  /** An earlier answer of the token endpoint, validated once more. */
  async function verify(app, step) {
    const { token, nonce } = step.first ? app.first : app.last;
    const as = step.expects === "issuer" ? { ...app.as, issuer: "https://other.example/oidc" } : app.as;
    const client = step.expects === "audience" ? { ...app.client, client_id: "another" } : app.client;
    const body = { access_token: "a", token_type: "bearer", id_token: step.forged ? forged(token) : token };
    const answer = Response.json(body);
    await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce });
    await oauth.validateApplicationLevelSignature(as, answer, options);
  }

  async function isActive({ as, client, auth }, token) {
    const answer = await oauth.introspectionRequest(as, client, auth, token, options);
    return (await oauth.processIntrospectionResponse(as, client, answer)).active;
  }

  await story(given, {
    signIn,
    userInfo,
    refresh,
    verify,
    discover: async (app) => must((await configured(app)).as.issuer === issuer, "issuer"),
    introspect: async (app) => must(await isActive(app, app.tokens.access_token), "not active"),
    replay: async (app) => refreshed(app, app.used.refresh_token),
    revoke: async (app) => {
      const { as, client, auth, tokens } = app;
      const answer = await oauth.revocationRequest(as, client, auth, tokens.refresh_token, options);
      await oauth.processRevocationResponse(answer);
      must(!(await isActive(app, tokens.access_token)), "still active");
    },
    rotate: async () => ask("", "new keys"),
    logOut: async () => ABSENT,
  });
});
