// The drivers, as a call has them: they tell who opened which database client, and what went wrong.

import { createRequire } from "node:module";
import { isPromise } from "node:util/types";
import { hear } from "./heard.mjs"; // first: a driver loaded before it would not be heard
import { exactMysql, parseExactly } from "./exact.mjs";
import { isZoned, mysqlParameters, pgParameters, zonedMysql } from "./zones.mjs";

parseExactly();
const outerRequire = createRequire(import.meta.url);
const GRACE_MS = 250;

/** The clients one call opened. `left()` counts those nobody asked to close. */
export class Clients {
  #open = new Map();
  opened = 0;
  connectionLost = false;
  spliced = new Set();
  #values = new Set();
  #owned = new WeakMap();
  #call;

  constructor(call) {
    this.#call = call;
  }

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

  /** What a driver said went wrong. */
  heard(error) {
    hear(error);
    if (lostConnection(error)) this.failed();
  }

  /** `f` for a driver to call, as a function of this call. The same gives the same, so that it can be removed. */
  #own(f) {
    if (this.#owned.has(f)) return this.#owned.get(f);
    const clients = this;
    const owned = this.#call.own(f);
    const listening = function (...args) {
      if (args[0] instanceof Error) clients.heard(args[0]);
      return Reflect.apply(owned, this, args);
    };
    this.#owned.set(f, listening).set(listening, listening);
    return listening;
  }

  own(args) {
    return args.map((arg) => (typeof arg !== "function" || this.#owned.has(arg.listener) ? arg : this.#own(arg)));
  }

  /** The functions given to these methods of `object` are the call's own. */
  lend(object, names) {
    for (const name of names) {
      const method = object[name];
      if (typeof method === "function") object[name] = (...args) => Reflect.apply(method, object, this.own(args));
    }
  }

  /** An `error` event nobody else listens to is the call's, where it would end a Node process. */
  listen(emitter, heard = () => {}) {
    emitter.on("error", (error) => {
      heard(error);
      if (emitter.listenerCount("error") === 1) this.#call.unheard(error);
    });
    this.lend(emitter, listening);
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
// following promises that one reader awaits. Only a real promise: a query of mysql2 has a `then` that throws.
export const watch = (clients, promise) =>
  !isPromise(promise) ? promise : promise.then(undefined, (error) => {
    clients.heard(error);
    throw error;
  });

export const listening = ["on", "once", "addListener", "prependListener", "prependOnceListener", "off", "removeListener"];

export const mysqlOptions = (options) => zonedMysql(exactMysql(options));

export function pg(clients) {
  const real = outerRequire("pg");
  class Client extends real.Client {
    constructor(...args) {
      super(...clients.pg.configured(args));
      clients.pg.typed(this, args[0]);
      clients.add(this, (client) => client.connection?.stream?.destroy());
      clients.listen(this, () => clients.failed());
    }
    connect(...args) {
      return watch(clients, super.connect(...clients.own(args)));
    }
    query(text, ...rest) {
      clients.sawQuery(text);
      return watch(clients, super.query(...pgParameters([text, ...clients.own(rest)])));
    }
    end(...args) {
      clients.ending(this);
      return super.end(...clients.own(args));
    }
  }
  class Query extends real.Query {
    constructor(...args) {
      super(...clients.own(args));
      clients.listen(this, (error) => clients.heard(error));
    }
  }
  class Pool extends real.Pool {
    constructor(options, ...rest) {
      super({ max: 4, ...options, Client }, ...rest);
      clients.listen(this, () => clients.failed());
      clients.lend(this, ["connect", "query", "end"]);
    }
  }
  return Object.create(real, {
    Client: { value: Client, enumerable: true },
    Pool: { value: Pool, enumerable: true },
    Query: { value: Query, enumerable: true },
  });
}

const calledBack = ["connect", "getConnection", "ping", "beginTransaction", "commit", "rollback", "changeUser", "prepare", "reset"];

/** A connection or a pool of mysql2 itself, which is also under one of mysql2/promise and under `promise()`.
 *  `shifting`: the methods whose parameters are written in the connection's zone. */
function instrumented(clients, object, shifting) {
  clients.listen(object, () => clients.failed());
  clients.lend(object, calledBack);
  for (const name of ["end", "close", "destroy"]) {
    const method = object[name];
    if (typeof method !== "function") continue;
    object[name] = (...args) => {
      clients.ending(object);
      return Reflect.apply(method, object, clients.own(args));
    };
  }
  for (const name of ["query", "execute"]) {
    const method = object[name];
    object[name] = (text, ...rest) => {
      clients.sawQuery(text);
      const args = [text, ...clients.own(rest)];
      const command = Reflect.apply(method, object, shifting.includes(name) ? mysqlParameters(args) : args);
      if (typeof command?.on === "function" && !command.onResult) clients.listen(command, (error) => clients.heard(error));
      return command;
    };
  }
  return object;
}

const mysqlConnection = (clients, connection, zoned) => {
  clients.add(connection, (it) => it.destroy());
  return instrumented(clients, connection, zoned ? ["query", "execute"] : []);
};

const mysqlPool = (clients, pool, zoned) => {
  clients.add(pool, (it) => it.end(() => {}));
  pool.on("connection", (connection) => instrumented(clients, connection, zoned ? ["query", "execute"] : []));
  // A pool hands what it executes to a connection, and makes a query itself.
  return instrumented(clients, pool, zoned ? ["query"] : []);
};

function mysql2(clients) {
  const real = outerRequire("mysql2");
  const promise = () => mysql2Promise(clients);
  const createConnection = {
    enumerable: true,
    value: (given) => mysqlConnection(clients, real.createConnection(mysqlOptions(given)), isZoned(exactMysql(given))),
  };
  return Object.create(real, {
    createConnection,
    connect: createConnection,
    createPool: {
      enumerable: true,
      value: (given) => mysqlPool(clients, real.createPool(mysqlOptions(given)), isZoned(exactMysql(given))),
    },
    createConnectionPromise: { enumerable: true, get: () => promise().createConnection },
    createPoolPromise: { enumerable: true, get: () => promise().createPool },
  });
}

export function mysql2Promise(clients) {
  const real = outerRequire("mysql2/promise");
  return Object.create(real, {
    createConnection: {
      enumerable: true,
      async value(given) {
        const made = await watch(clients, real.createConnection(mysqlOptions(given)));
        mysqlConnection(clients, made.connection, isZoned(exactMysql(given)));
        return made;
      },
    },
    createPool: {
      enumerable: true,
      value(given) {
        const made = real.createPool(mysqlOptions(given));
        mysqlPool(clients, made.pool, isZoned(exactMysql(given)));
        return made;
      },
    },
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
        clients.heard(error);
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

export const facades = { pg, mysql2, "mysql2/promise": mysql2Promise, mongodb };

/** `fetch` for scripts: its errors are the runtime's own. */
export const heardFetch = (...args) => fetch(...args).catch((error) => {
  hear(error);
  throw error;
});
