// What a script may require, and who opened which database client.

import { createRequire } from "node:module";
import { hear } from "./heard.mjs"; // first: a driver loaded before it would not be heard
import { exactMysql, parseExactly } from "./exact.mjs";

parseExactly();
const outerRequire = createRequire(import.meta.url);
const builtinAliases = { bcrypt: "bcryptjs" };
const GRACE_MS = 250;

/** The clients one call opened. `left()` counts those nobody asked to close. */
export class Clients {
  #open = new Map();
  opened = 0;
  connectionLost = false;
  spliced = new Set();
  #values = new Set();

  /** Remembers the call's arguments, to notice one written into the text of a query. */
  remember(args) {
    const walk = (value) => {
      if (typeof value === "string") {
        if (value.length >= 4) this.#values.add(value);
      } else if (value && typeof value === "object") Object.values(value).forEach(walk);
    };
    args.slice(0, -1).forEach(walk);
  }

  sawQuery(text) {
    if (typeof text !== "string") text = text?.text ?? text?.sql;
    if (typeof text !== "string") return;
    for (const value of this.#values) if (text.includes(value)) this.spliced.add(value);
  }

  add(client, destroy) {
    this.opened += 1;
    this.#open.set(client, { destroy, ending: false });
  }

  ending(client) {
    const entry = this.#open.get(client);
    if (entry) entry.ending = true;
  }

  failed() {
    this.connectionLost = true;
  }

  left() {
    let count = 0;
    for (const entry of this.#open.values()) if (!entry.ending) count += 1;
    return count;
  }

  dispose() {
    const destroy = (all) => {
      for (const [client, entry] of this.#open) {
        if (!all && entry.ending) continue;
        this.#open.delete(client);
        try {
          entry.destroy(client);
        } catch { /* already gone */ }
      }
    };
    setTimeout(() => destroy(false), GRACE_MS);
    setTimeout(() => destroy(true), 5000);
  }
}

const connectionCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH",
  "ENETUNREACH", "EPIPE", "PROTOCOL_CONNECTION_LOST", "57P01", "57P03", "53300"]);
const lostConnection = (error) =>
  connectionCodes.has(error?.code) || /^08/.test(error?.code ?? "") || /Connection terminated/.test(error?.message ?? "");
// The promise handed on must be the one made here: V8 finds the script's own line of a later error only by
// following promises that one reader awaits.
export const watch = (clients, promise) =>
  typeof promise?.then !== "function" ? promise : promise.then(undefined, (error) => {
    hear(error);
    if (lostConnection(error)) clients.failed();
    throw error;
  });

function pg(clients) {
  const real = outerRequire("pg");
  class Client extends real.Client {
    constructor(...args) {
      super(...args);
      clients.add(this, (client) => client.connection?.stream?.destroy());
      // Without a listener a broken connection is an uncaught error of the whole worker.
      this.on("error", () => clients.failed());
    }
    connect(callback) {
      if (typeof callback !== "function") return watch(clients, super.connect());
      return super.connect((error, ...rest) => {
        hear(error);
        if (error && lostConnection(error)) clients.failed();
        callback(error, ...rest);
      });
    }
    query(text, ...rest) {
      clients.sawQuery(text);
      return watch(clients, super.query(text, ...rest));
    }
    end(...args) {
      clients.ending(this);
      return super.end(...args);
    }
  }
  class Pool extends real.Pool {
    constructor(options, ...rest) {
      super({ max: 4, ...options, Client }, ...rest);
      this.on("error", () => clients.failed());
    }
  }
  return Object.create(real, { Client: { value: Client, enumerable: true }, Pool: { value: Pool, enumerable: true } });
}

function trackedConnection(clients, connection) {
  clients.add(connection, (it) => it.destroy());
  connection.on?.("error", () => clients.failed());
  for (const name of ["end", "close", "destroy"]) {
    const method = connection[name];
    if (typeof method !== "function") continue;
    connection[name] = (...args) => {
      clients.ending(connection);
      return method.apply(connection, args);
    };
  }
  for (const name of ["query", "execute"]) {
    const method = connection[name];
    connection[name] = (text, ...rest) => {
      clients.sawQuery(text);
      return watch(clients, method.call(connection, text, ...rest));
    };
  }
  return connection;
}

function mysql2(clients) {
  const real = outerRequire("mysql2");
  return Object.create(real, {
    createConnection: { enumerable: true, value: (options) => trackedConnection(clients, real.createConnection(exactMysql(options))) },
    createPool: { enumerable: true, value: (options) => trackedConnection(clients, real.createPool(exactMysql(options))) },
  });
}

function mysql2Promise(clients) {
  const real = outerRequire("mysql2/promise");
  return Object.create(real, {
    createConnection: {
      enumerable: true,
      value: async (options) => trackedConnection(clients, await watch(clients, real.createConnection(exactMysql(options)))),
    },
    createPool: { enumerable: true, value: (options) => trackedConnection(clients, real.createPool(exactMysql(options))) },
  });
}

function mongodb(clients) {
  const real = outerRequire("mongodb");
  class MongoClient extends real.MongoClient {
    constructor(...args) {
      super(...args);
      clients.add(this, (client) => client.close(true));
    }
    static connect(uri, options) {
      return new MongoClient(uri, options).connect();
    }
    connect() {
      return super.connect().catch((error) => {
        hear(error);
        clients.failed();
        throw error;
      });
    }
    close(...args) {
      clients.ending(this);
      return super.close(...args);
    }
  }
  return Object.create(real, { MongoClient: { value: MongoClient, enumerable: true } });
}

const facades = { pg, mysql2, "mysql2/promise": mysql2Promise, mongodb };

/** The `require` of one call: the same name gives the same module, as in Node. */
export function requireFor(allowed, clients, facadesOfWorker) {
  const given = new Map();
  return (name) => {
    if (!allowed.has(name)) {
      const error = new Error(`Cannot find module '${name}'; a script may require: ${[...allowed].join(", ")}`);
      error.code = "MODULE_NOT_FOUND";
      throw error;
    }
    if (!given.has(name)) {
      const facade = facadesOfWorker?.[name] ?? facades[name];
      given.set(name, facade ? facade(clients) : outerRequire(builtinAliases[name] ?? name));
    }
    return given.get(name);
  };
}

/** `fetch` for scripts: its errors are the runtime's own. */
export const heardFetch = (...args) => fetch(...args).catch((error) => {
  hear(error);
  throw error;
});

export function preload(names) {
  for (const name of names) outerRequire(builtinAliases[name] ?? name);
}
