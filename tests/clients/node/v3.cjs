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
  await walk(given, ask, async ({ client, method: name, spelled, token, args }, params) => {
    const method = spelled?.node ?? name;
    const owner = clients[client];
    if (typeof owner[method] !== "function") return undefined;
    if (token) owner.setAccessToken(token);
    if (args) return await owner[method](...args);
    return await (params === null ? owner[method]() : owner[method](params));
  });
});
