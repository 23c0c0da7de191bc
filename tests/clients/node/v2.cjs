// Walks the documented calls of v2 with authing-js-sdk 4, whose folder is the argument. The protocol: tests/clients/runs.py.
// A second argument names the option that takes the server's public key, for versions that do not fetch it.
const minor = Number(require(`${process.argv[2]}/package.json`).version.split(".")[1]);
const { ManagementClient, AuthenticationClient } = require(process.argv[2]);
const { opened, done, notSupported } = require("./talk.cjs");

const NAME = "walker";
const EMAIL = "walker@example.com";
const FIRST = "secret 1";

opened(async (given, ask) => {
  const { host, userPoolId, userPoolSecret, appId, publicKey } = given;
  const key = process.argv[3] ? { [process.argv[3]]: publicKey } : {};
  const management = new ManagementClient({ userPoolId, secret: userPoolSecret, host, ...key });
  const authentication = new AuthenticationClient({ userPoolId, appId, host, appHost: host, ...key });

  /** One call, named `part.method`; `methods` are its spellings in the versions, `fits` judges the answer. */
  const call = async (part, methods, args, fits, as) => {
    const owner = part === "authentication" ? authentication : part === "social" ? authentication.social : management[part];
    const method = [methods].flat().find((one) => typeof owner?.[one] === "function");
    const name = as ?? `${part}.${[methods].flat()[0]}`;
    if (!method) return notSupported(name);
    try {
      const answer = await owner[method](...args);
      done(name, fits(answer) ? undefined : `${JSON.stringify(answer)}`.slice(0, 500));
      return answer;
    } catch (error) {
      const said = error?.message ?? error;
      done(name, typeof said === "string" ? said : JSON.stringify(said));
    }
  };
  const succeeded = (answer) => answer?.code === 200;
  const nothing = (answer) => answer === undefined || answer === null;
  const listed = (answer) => answer?.totalCount === 1 && answer.list.length === 1;
  const coded = (code) => (answer) => answer?.code === code;

  await call("udf", "set", ["USER", "school", "STRING", "School"], (it) => it.key === "school");
  await call("udf", "list", ["USER"], (it) => it.length === 1 && it[0].label === "School");

  const info = { username: NAME, email: EMAIL, password: FIRST, nickname: "Walker" };
  const user = await call("users", "create", [info], (it) => it.username === NAME && it.email === EMAIL);
  const id = user?.id;
  await call("users", "list", [], listed);
  await call("users", "detail", [id], (it) => it.id === id && it.nickname === "Walker");
  await call("users", "search", [NAME], listed);
  await call("users", "find", [{ username: NAME }], (it) => it.id === id);
  await call("users", "exists", [{ username: NAME }], (it) => it === true);
  await call("users", "batch", [[id]], (it) => it.length === 1 && it[0].id === id);
  await call("users", "update", [id, { nickname: "W", company: "Acme" }], (it) => it.nickname === "W" && it.company === "Acme");
  await call("users", "setUdfValue", [id, { school: "MIT" }], () => true);
  await call("users", "setUdv", [id, "school", "MIT"], (it) => it.some((one) => one.key === "school"));
  await call("users", "listUdv", [id], (it) => it[0].value === "MIT");
  await call("users", "getUdfValue", [id], (it) => it.school === "MIT");
  await call("users", "removeUdv", [id, "school"], (it) => it.length === 0);
  await call("users", "refreshToken", [id], (it) => it.token.split(".").length === 3);

  await call("groups", "create", ["staff", "Staff"], coded("staff"));
  await call("groups", "addUsers", ["staff", [id]], succeeded);
  await call("groups", "listUsers", ["staff"], listed);
  await call("users", "listGroups", [id], listed);
  await call("groups", "detail", ["staff"], coded("staff"));
  await call("groups", "list", [], listed);
  await call("groups", "update", ["staff", { name: "All" }], (it) => it.name === "All");
  await call("users", "removeGroup", [id, "staff"], succeeded);
  await call("users", "addGroup", [id, "staff"], succeeded);
  await call("groups", "removeUsers", ["staff", [id]], succeeded);
  await call("groups", "delete", ["staff"], succeeded);

  await call("roles", "create", ["boss", "Boss"], coded("boss"));
  await call("roles", "addUsers", ["boss", [id]], succeeded);
  await call("roles", "listUsers", ["boss"], listed);
  await call("users", "listRoles", [id], listed);
  await call("users", "hasRole", [id, "boss"], (it) => it === true);
  await call("roles", ["findByCode", "detail"], ["boss"], coded("boss"));
  await call("roles", "list", [], listed);
  await call("roles", "update", ["boss", { description: "Chief" }], (it) => it.description === "Chief");
  await call("users", "removeRoles", [id, ["boss"]], succeeded);
  await call("users", "addRoles", [id, ["boss"]], succeeded);

  const statements = [{ resource: "books:*", actions: ["books:read"], effect: "ALLOW" }];
  await call("policies", "create", minor < 11 ? ["reads", statements] : [{ code: "reads", statements }], coded("reads"));
  await call("policies", "list", [], (it) => it.list.some((one) => one.code === "reads"));
  await call("roles", "addPolicies", ["boss", ["reads"]], succeeded);
  await call("roles", "listPolicies", ["boss"], listed);
  await call("acl", "isAllowed", [id, "books:1", "books:read"], (it) => it === true);
  await call("roles", "removePolicies", ["boss", ["reads"]], succeeded);
  await call("acl", "allow", [id, "books:1", "books:read"], succeeded);
  await call("users", "listAuthorizedResources", [id, "default"], listed);
  await call("policies", "delete", ["reads"], succeeded);
  await call("roles", "removeUsers", ["boss", [id]], succeeded);
  await call("roles", "delete", ["boss"], succeeded);

  const org = await call("org", "create", ["Acme", undefined, "acme"], (it) => Boolean(it.id));
  const root = await call("org", "rootNode", [org?.id], coded("acme"));
  await call("org", "addNode", [org?.id, root?.id, { name: "Lab", code: "lab" }], Boolean);
  const [lab] = (await call("org", "listChildren", minor > 15 ? [root?.id] : [org?.id, root?.id], (it) => it[0].code === "lab")) ?? [];
  await call("org", "getNodeById", [lab?.id], coded("lab"));
  await call("org", "updateNode", [lab?.id, { name: "Laboratory" }], (it) => it.name === "Laboratory");
  await call("org", "addMembers", [lab?.id, [id]], listed);
  await call("org", "listMembers", [lab?.id, {}], listed);
  await call("users", "listOrgs", [id], (it) => it[0].map((node) => node.code).join() === "acme,lab");
  await call("users", "listDepartment", [id], listed);
  await call("org", "list", [], listed);
  await call("org", "searchNodes", ["Labor"], (it) => it[0].code === "lab");
  await call("org", "removeMembers", [lab?.id, [id]], (it) => it.totalCount === 0);
  await call("org", "deleteNode", [org?.id, lab?.id], succeeded);
  await call("org", "deleteById", [org?.id], succeeded);

  const idp = await call("tenant", "createExtIdp", [{ name: "WeChat", type: "wechat", connections: [] }], (it) => it.type === "wechat");
  const way = { type: "wechat:pc", displayName: "WeChat", fields: { clientID: "wx1", clientSecret: "s3cret" } };
  const conn = await call("tenant", "createExtIdpConnection", [{ ...way, extIdpId: idp?.id, identifier: "our-wechat" }], (it) => it.identifier === "our-wechat");
  await call("tenant", "checkExtIdpConnectionIdentifierUnique", ["our-wechat"], (it) => it === false);
  await call("tenant", "updateExtIdp", [idp?.id, { name: "微信" }], (it) => it.name === "微信");
  await call("tenant", "updateExtIdpConnection", [conn?.id, { displayName: "WX", fields: way.fields }], (it) => it.displayName === "WX");
  await call("tenant", "changeExtIdpConnectionState", [conn?.id, { appId, enabled: true }], (it) => it === true);
  await call("tenant", "batchChangeExtIdpConnectionState", [idp?.id, { appId, enabled: false }], (it) => it === true);
  await call("tenant", "extIdpDetail", [idp?.id], (it) => it.connections.length === 1 && it.connections[0].identifier === "our-wechat");
  const linked = { userId: id, identifier: "our-wechat", extIdpId: idp?.id, type: "openid", isSocial: true };
  const ids = (it) => it.identities.map((one) => one.userIdInIdp).join();
  const shown = async (as, expected) => {
    if (!management.users.linkIdentity) return notSupported(`users.detail, ${as}`);
    await call("users", "detail", [id], (it) => ids(it) === expected, `users.detail, ${as}`);
  };
  await call("users", "linkIdentity", [{ ...linked, userIdInIdp: "o-1" }], succeeded);
  await call("users", "linkIdentity", [{ ...linked, type: "unionid", userIdInIdp: "u-1" }], succeeded, "users.linkIdentity (unionid)");
  await shown("linked", "o-1,u-1");
  await call("users", "unlinkIdentity", [linked], succeeded);
  await shown("unlinked by type", "u-1");

  const logged = await call("authentication", "loginByUsername", [NAME, FIRST], (it) => it.id === id && Boolean(it.token));
  await call("authentication", "getCurrentUser", [], (it) => it.id === id);
  await call("authentication", "checkLoginStatus", [logged?.token], (it) => it.status === true);
  await call("social", "getIdentities", [], (it) => it.length === 1 && it[0].userIdInIdp === "u-1");
  await call("social", "unlinkExtIdp", [{ extIdpId: idp?.id }], () => true);
  await shown("unlinked", "");
  await call("authentication", "updateProfile", [{ nickname: "Me" }], (it) => it.nickname === "Me");
  await call("authentication", "setUdv", ["school", "ETH"], (it) => it[0].key === "school");
  await call("authentication", "listUdv", [], (it) => it[0].value === "ETH");
  await call("authentication", "updatePassword", ["secret 2", FIRST], (it) => it.id === id);
  await call("authentication", "loginByEmail", [EMAIL, "secret 2"], (it) => it.id === id);
  await call("authentication", "refreshToken", [], (it) => Boolean(it.token));
  await call("authentication", "getSecurityLevel", [], (it) => it.password === true);
  await call("authentication", "listOrgs", [], Array.isArray);
  await call("authentication", "sendEmail", [EMAIL, "RESET_PASSWORD"], succeeded);
  const reset = async () => [EMAIL, await ask(EMAIL), "secret 3"];
  await call("authentication", "resetPasswordByEmailCode", await reset(), succeeded);
  const again = await call("authentication", "loginByUsername", [NAME, "secret 3"], (it) => it.id === id, "loginByUsername after a reset");
  await call("authentication", "logout", [], () => true);
  await call("authentication", "checkLoginStatus", [again?.token], (it) => !it?.status, "checkLoginStatus after logout");
  await call("authentication", "registerByUsername", ["newcomer", FIRST], (it) => it.username === "newcomer");
  await call("authentication", "registerByEmail", ["new@example.com", FIRST], (it) => it.email === "new@example.com");

  await call("whitelist", "add", ["EMAIL", [EMAIL]], (it) => it[0].value === EMAIL);
  await call("whitelist", "list", ["EMAIL"], (it) => it.length === 1);
  await call("whitelist", "remove", ["EMAIL", [EMAIL]], Array.isArray);
  await call("userpool", "detail", [], (it) => it.id === userPoolId);
  await call("userpool", "listEnv", [], Boolean);
  await call("applications", "list", [], (it) => it.totalCount >= 1);
  await call("applications", "findById", [appId], (it) => it.id === appId);
  await call("statistics", "listAuditLogs", [], (it) => it.totalCount > 0);
  await call("tenant", "deleteExtIdpConnection", [conn?.id], succeeded);
  await call("tenant", "deleteExtIdp", [idp?.id], succeeded);
  await call("users", "kick", [[id]], (it) => it?.code === 200 || it === true);
  await call("udf", "remove", ["USER", "school"], succeeded);
  await call("users", "delete", [id], succeeded);
});
