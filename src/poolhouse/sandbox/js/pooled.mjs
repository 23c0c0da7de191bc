// `pooledConnections`: the script's `new Client()` borrows a connection this worker already has. Whatever the
// script left in the session is discarded before the next call gets it.

import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { exactMysql } from "./exact.mjs";
import { listening, mysql2Promise as unpooledMysql2, mysqlOptions, pg as unpooledPg, watch } from "./modules.mjs";
import { isZoned, mysqlParameters, pgParameters } from "./zones.mjs";

const outerRequire = createRequire(import.meta.url);
const MOST_OPEN = 8;
const pools = new Map();

// Null for options that hold a function: it is one call's, and would be called for the next one's connection.
function keyOf(kind, options) {
  let plain = true;
  const text = JSON.stringify(options, (_key, value) => {
    if (typeof value === "function") plain = false;
    return value;
  });
  return plain ? `${kind} ${text}` : null;
}

function poolOf(key, make) {
  if (!pools.has(key)) pools.set(key, make());
  return pools.get(key);
}

export function pg(clients) {
  const real = outerRequire("pg");

  class Client extends EventEmitter {
    #pool;
    #borrowed = null;
    #connecting = null;
    #types;

    constructor(config) {
      super();
      const [{ types, ...options }] = clients.pg.configured([typeof config === "string" ? { connectionString: config } : config ?? {}]);
      const key = keyOf("pg", options);
      if (key === null) return new (unpooledPg(clients).Client)(config);
      this.#types = new real.TypeOverrides(types ?? clients.pg.types);
      this.#pool = poolOf(key, () => {
        const pool = new real.Pool({ ...options, max: MOST_OPEN, idleTimeoutMillis: 30_000 });
        pool.on("error", () => {}); // an idle connection that broke; the pool forgets it by itself
        return pool;
      });
      clients.add(this, (client) => client.#giveBack(true));
      clients.lend(this, listening);
    }

    get processID() {
      return this.#borrowed?.processID ?? null;
    }

    connect(...args) {
      this.#connecting = watch(clients, this.#pool.connect().then((client) => {
        this.#borrowed = client;
        client._types = this.#types;
        client.on("error", this.#relay);
      }));
      const [callback] = clients.own(args);
      if (typeof callback !== "function") return this.#connecting;
      this.#connecting.then(() => callback(null, this), callback);
    }

    query(text, ...rest) {
      clients.sawQuery(text);
      const args = pgParameters([text, ...clients.own(rest)]);
      if (this.#borrowed) return watch(clients, this.#borrowed.query(...args));
      if (!this.#connecting) throw new Error("Client has not been connected, or was closed");
      // As in `client.connect(); client.query(...)`: it waits for its turn.
      const asked = this.#connecting.then(() => this.#borrowed.query(...args));
      if (typeof text?.submit === "function") return void asked.catch((error) => text.handleError(error, null)) ?? text;
      const callback = args.at(-1);
      return typeof callback === "function" ? void asked.catch(callback) : watch(clients, asked);
    }

    end(...args) {
      const [callback] = clients.own(args);
      clients.ending(this);
      // The script does not wait for the discarding: it is done with this connection.
      if (this.#borrowed) this.#giveBack(false);
      else this.#connecting?.then(() => this.#giveBack(false), () => {});
      if (typeof callback === "function") return void queueMicrotask(callback);
      return Promise.resolve();
    }

    setTypeParser(...args) {
      return this.#types.setTypeParser(...args);
    }

    getTypeParser(...args) {
      return this.#types.getTypeParser(...args);
    }

    escapeIdentifier(text) {
      return real.escapeIdentifier(text);
    }

    escapeLiteral(text) {
      return real.escapeLiteral(text);
    }

    #relay = (error) => {
      clients.failed();
      if (this.listenerCount("error") > 0) this.emit("error", error);
    };

    #giveBack(broken) {
      const client = this.#borrowed;
      if (!client) return;
      this.#borrowed = this.#connecting = null;
      client.off("error", this.#relay);
      if (broken) return client.release(true);
      // Refused inside an open transaction: then the connection itself is given up, and the transaction with it.
      client.query("DISCARD ALL").then(
        () => {
          client.connection.parsedStatements = {};
          client.release();
        },
        () => client.release(true),
      );
    }
  }
  return Object.create(unpooledPg(clients), { Client: { value: Client, enumerable: true } });
}

export function mysql2Promise(clients) {
  const real = outerRequire("mysql2/promise");
  return Object.create(unpooledMysql2(clients), {
    createConnection: {
      enumerable: true,
      async value(config) {
        const options = mysqlOptions(config);
        const key = keyOf("mysql2", options);
        if (key === null) return unpooledMysql2(clients).createConnection(config);
        const pool = poolOf(key, () =>
          real.createPool({ ...options, connectionLimit: MOST_OPEN, idleTimeout: 30_000 }));
        return borrowed(clients, await watch(clients, pool.getConnection()), isZoned(exactMysql(config)));
      },
    },
  });
}

function borrowed(clients, connection, zoned) {
  let open = true;
  const giveBack = () => {
    if (!open) return;
    open = false;
    clients.ending(shim);
    // Changing to the same user is MySQL's way of forgetting a session: variables, temporary tables, transaction.
    connection.changeUser({}).then(() => connection.release(), () => connection.destroy());
  };
  const shim = new Proxy(connection, {
    get(target, name) {
      if (name === "end" || name === "close" || name === "release") return async () => giveBack();
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args) => {
        if (!open) throw new Error("the connection was closed");
        if (name === "query" || name === "execute") {
          clients.sawQuery(args[0]);
          return watch(clients, value.apply(target, zoned ? mysqlParameters(args) : args));
        }
        return value.apply(target, args);
      };
    },
  });
  clients.add(shim, () => {
    open = false;
    connection.destroy();
  });
  return shim;
}

export const pooledFacades = { pg, "mysql2/promise": mysql2Promise };
