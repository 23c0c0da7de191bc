// ava preload. The SDK's spec helper pins a public key that only its vendor can decrypt with; without it the
// SDK reads the server's own key from /api/v2/.well-known. No spec is changed.
const helper = require("authing-js-sdk/build/main/lib/testing-helper.js");

for (const name of ["getOptionsFromEnv", "getAuthenticationClientOptionsFromEnv"]) {
  const original = helper[name];
  helper[name] = (...args) => {
    const { publicKey, ...options } = original(...args);
    return options;
  };
}
