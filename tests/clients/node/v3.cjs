// Walks `walk` with authing-node-sdk, whose folder is the argument. The protocol: tests/clients/runs.py; the steps:
// tests/clients/walk_v3.py.
const { ManagementClient, AuthenticationClient } = require(process.argv[2]);
const { opened, walk } = require("./talk.cjs");

opened(async (given, ask) => {
  const { host, accessKeyId, accessKeySecret, appId, appSecret, redirectUri } = given;
  const clients = {
    management: new ManagementClient({ accessKeyId, accessKeySecret, host }),
    authentication: new AuthenticationClient({ appId, appSecret, appHost: host, redirectUri }),
  };
  await walk(given, ask, async ({ client, method: name, spelled, names, token, args }, params) => {
    const method = spelled?.node ?? name;
    const owner = clients[client];
    if (typeof owner[method] !== "function") return undefined;
    if (token) owner.setAccessToken(token);
    if (args) return await owner[method](...args);
    if (params === null) return await owner[method]();
    const own = Object.entries(params).map(([key, value]) => [names?.node?.[key] ?? key, value]);
    return await owner[method](Object.fromEntries(own));
  });
});
