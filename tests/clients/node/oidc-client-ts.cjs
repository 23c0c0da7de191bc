// Takes oidc-client-ts 3, a library of browsers, through tests/clients/story.py. Its folder is the argument.
// The protocol: runs.py.
const { OidcClient, InMemoryWebStorage, WebStorageStateStore } = require(process.argv[2]);
const { opened, story, ABSENT, require: must } = require("./talk.cjs");

// What a page has, and Node has not.
globalThis.window = globalThis;

opened(async (given, ask) => {
  const { issuer, redirectUri, afterLogout } = given;

  function configured(app) {
    if (app.client) return app.client;
    const { clientId, clientSecret, method } = app;
    if (method === "private_key_jwt") return undefined;
    const stateStore = new WebStorageStateStore({ store: new InMemoryWebStorage() });
    // docs: begin
    const client = new OidcClient({
      authority: issuer,
      client_id: clientId,
      client_secret: clientSecret, // none: a page keeps no secret
      client_authentication: method === "client_secret_basic" ? "client_secret_basic" : "client_secret_post",
      redirect_uri: redirectUri,
      post_logout_redirect_uri: afterLogout,
      scope: "openid profile email offline_access",
      loadUserInfo: true,
      stateStore,
    });
    // docs: end
    return (app.client = client);
  }

  async function signIn(app, step) {
    const client = configured(app);
    if (!client || step.verifies) return ABSENT;
    // docs: begin
    const nonce = crypto.randomUUID();
    const { url } = await client.createSigninRequest({ nonce });
    // docs: end
    const callback = await ask(url, step.via);
    // docs: begin
    const answer = await client.processSigninResponse(callback);
    // docs: end
    must(answer.profile.sub, "sub");
    app.answer = answer;
    return undefined;
  }

  async function userInfo({ answer }) {
    must(answer.profile.email === given.email, JSON.stringify(answer.profile));
  }

  async function refreshed(app, used) {
    if (!app.client) return ABSENT;
    const state = { ...used, data: undefined };
    return await app.client.useRefreshToken({ state });
  }

  async function refresh(app) {
    if (!app.client) return ABSENT;
    app.used = app.answer;
    const answer = await refreshed(app, app.used);
    must(answer.refresh_token !== app.used.refresh_token, "the same refresh token");
    must(answer.access_token !== app.used.access_token, "the same access token");
    app.answer = { ...answer, profile: app.used.profile };
    return undefined;
  }

  await story(given, {
    signIn,
    userInfo,
    refresh,
    discover: async (app) => must((await configured(app).metadataService.getIssuer()) === issuer, "issuer"),
    replay: async (app) => refreshed(app, app.used),
    revoke: async ({ client, answer }) => client.revokeToken(answer.refresh_token, "refresh_token"),
    rotate: async () => ask("", "new keys"),
    logOut: async ({ client, answer }) => {
      // docs: begin
      const { url: logoutUrl, state } = await client.createSignoutRequest({
        id_token_hint: answer.id_token,
        state: "bye",
      });
      // docs: end
      const back = await ask(logoutUrl, "browser");
      await client.processSignoutResponse(back);
      must(back === `${afterLogout}?state=${state.id}`, "came back elsewhere");
    },
  });
});
