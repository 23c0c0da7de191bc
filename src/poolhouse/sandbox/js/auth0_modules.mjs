// The modules Auth0's scripts require, with the calls of old versions that their templates still use.

import { mongo, mongodb } from "./auth0_mongodb.mjs";

// Auth0 has several versions of a module; here there is one.
const bare = (name) => name.replace(/(?<=.)@[^/]*$/, "");

/** `require(name, as)` of one call; `as` is the global under which a script finds the module without requiring it. */
export function auth0Require(require) {
  const given = new Map();
  return (name, as = "") => {
    const key = `${as} ${name}`;
    if (!given.has(key)) given.set(key, dressed(require, name, as));
    return given.get(key);
  };
}

function dressed(require, name, as) {
  const module = require(bare(name));
  const dress = dresses[as] ?? dresses[bare(name)];
  return dress ? dress(module) : module;
}

// A module that is called itself: `mysql({...})`, `postgres(uri, done)`.
const callable = (module, call) => Object.setPrototypeOf(call, module);

const dresses = {
  mongo,
  mongodb,
  mysql: (module) => callable(module, (options) => module.createConnection(options)),
  pg(module) {
    const connect = (config, callback) => {
      const client = new module.Client(config);
      client.connect((error) => {
        if (error) return callback(error, undefined, () => {});
        callback(null, client, () => { client.end(); });
      });
    };
    return callable(module, Object.assign((config, callback) => connect(config, callback), { connect }));
  },
};
