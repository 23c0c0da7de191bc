// What one call is given: `require` and the runtime's globals, as views of its own (views.mjs) of what all calls share
// and none can change (frozen.mjs). What keeps a setting inside of itself, where no view reaches, is made per call.

import { createRequire } from "node:module";
import { builtin, builtins, loadBuiltin } from "./builtins.mjs";
import { nodeFetch, request } from "./fetching.mjs";
import { freezeAll, freezeLanguage } from "./frozen.mjs";
import { lodash, makeLodash } from "./lodash.mjs";
import { facades, heardFetch } from "./modules.mjs";
import { nameAndVersion, notOffered } from "./names.mjs";
import { PgOfCall, settle as settlePg } from "./pgcall.mjs";
import { lazily, viewer } from "./views.mjs";

const outerRequire = createRequire(import.meta.url);
const { entries, fromEntries, keys } = Object;

// The package behind a name, where it has another one.
const packages = { bcrypt: "bcryptjs", mysql: "mysql2", "uuid/v1": "uuid", "uuid/v4": "uuid", "uuid/v5": "uuid" };
const facadeAs = { mysql: "mysql2" };

const lentClasses = {
  Buffer, URL, URLSearchParams, TextEncoder, TextDecoder, AbortController, AbortSignal, Headers, Request, Response,
  FormData, Blob, File, Event, EventTarget, ReadableStream,
};
const lentAsTheyAre = { fetch: heardFetch, atob, btoa, structuredClone, queueMicrotask, crypto };
const clock = Object.freeze(performance.now.bind(performance));

// What is loaded for a name other than its package.
const brings = { lodash: [], "node-fetch": [], request: ["axios", "qs"], "request-promise": ["axios", "qs"],
  "request-promise-native": ["axios", "qs"] };

// What the drivers stand on, and scripts get hold of through them.
const beneath = ["events", "stream", "net", "tls", "http", "https", "dns", "url", "util"];

// What a module keeps on a class of its own once it is used; here, before it is frozen.
const mockBuffer = () => entries(outerRequire.cache).find(([file]) => file.endsWith("/mysql2/lib/packets/packet.js"))[1].exports.MockBuffer();
const beforeFrozen = { pg: settlePg, mysql: mockBuffer, mysql2: mockBuffer, "mysql2/promise": mockBuffer };

// What only an object made by a module leads to, and every object of the kind shares.
const listenersOf = (emitter) => Object.values(emitter._events).flat().filter((one) => typeof one === "function");
const inside = {
  stream: ({ PassThrough }) => listenersOf(new PassThrough()),
  net: ({ Socket }) => listenersOf(new Socket()),
  http: ({ Agent }) => listenersOf(new Agent()),
  https: ({ Agent }) => listenersOf(new Agent()),
  mongodb({ MongoClient }) {
    const client = new MongoClient("mongodb://localhost");
    return [client.options.pkFactory, ...(client.driverInfoList ?? [])];
  },
};

const made = {
  lodash: (_view, call) => lodash(call),
  axios: (view, call) => call.axios(),
  "node-fetch": (_view, call) => nodeFetch(call),
  request: (_view, call) => request(call),
  "request-promise": (_view, call) => request(call, true),
  "request-promise-native": (_view, call) => request(call, true),
  bcryptjs: (view) => Object.assign(view(outerRequire("bcryptjs")), { setRandomFallback() {} }),
  "uuid/v1": (view) => view(outerRequire("uuid")).v1,
  "uuid/v4": (view) => view(outerRequire("uuid")).v4,
  "uuid/v5": (view) => view(outerRequire("uuid")).v5,
};
made.bcrypt = made.bcryptjs;

export const lentNames = [...keys(lentClasses), ...keys(lentAsTheyAre), "performance"];

export class Given {
  #offered;
  #warn;
  #modules = new Map();
  #ends = [];
  #axios = null;
  #facades;
  #clients;

  /** The call's Clients, for what else tells of errors. */
  get clients() {
    return this.#clients;
  }

  /** `offered` is a Set of names; `pooled` the facades that go before the usual ones; `own` makes a function one of
   * the call's (calls.mjs); `warn` tells the author. */
  constructor({ offered, clients, pooled, timers, own, warn }) {
    this.#offered = offered;
    this.#clients = clients;
    this.#facades = { ...facades, ...pooled };
    this.#warn = warn;
    this.timers = timers;
    this.own = own;
    this.view = viewer();
    this.lent = { performance: { now: clock, timeOrigin: performance.timeOrigin, mark() {}, measure() {} }, ...lentAsTheyAre };
    for (const name of keys(lentClasses)) lazily(this.lent, name, true, () => this.#lentClass(name));
    clients.pg = new PgOfCall();
  }

  get performance() {
    return this.lent.performance;
  }

  #lentClass(name) {
    const view = this.view(lentClasses[name]);
    return name === "Buffer" ? ownBuffers(view) : view;
  }

  /** The `require` of a script: the same name gives the same module, as in Node. */
  require(written) {
    const { name, version } = nameAndVersion(written);
    if (!this.#offered.has(name) || (written.startsWith("node:") && !builtins.has(name))) {
      throw notOffered(written, name, [...this.#offered]);
    }
    if (version !== null) this.#note(name, version);
    if (!this.#modules.has(name)) {
      load(name);
      this.#modules.set(name, this.#make(name));
    }
    return this.#modules.get(name);
  }

  #make(name) {
    if (builtins.has(name)) {
      if (name === "buffer") void this.lent.Buffer;
      return builtin(name, this.view, this);
    }
    if (made[name]) return made[name](this.view, this);
    const real = outerRequire(packages[name] ?? name);
    const module = this.view.ofModule(real);
    const facade = this.#facades[name] ?? this.#facades[facadeAs[name]];
    if (facade) over(module, facade(this.#clients), real);
    if (name === "pg") this.#clients.pg.give(module, real);
    return module;
  }

  // One that is not ours in its first number may behave otherwise.
  #note(name, version) {
    const ours = versionOf(name);
    const major = /\d+/.exec(version)?.[0];
    if (ours && major && major !== ours.split(".", 1)[0]) {
      this.#warn(`require: ${name} is ${ours} here, not ${version.slice(0, 40)}`);
    }
  }

  axios() {
    if (this.#axios) return this.#axios;
    load("axios");
    const real = outerRequire("axios");
    const own = real.create();
    freezeAll([Object.getPrototypeOf(own.interceptors.request)], true);
    for (const key of keys(real)) if (!(key in own)) lazily(own, key, true, () => this.view(real[key]));
    own.default = own.axios = own;
    return (this.#axios = own);
  }

  atEnd(act) {
    this.#ends.push(act);
  }

  dispose() {
    for (const act of this.#ends) {
      try {
        act();
      } catch { /* what the script made of it */ }
    }
  }
}

// A facade inherits from what it stands before; what it has of its own goes over the view.
function over(module, facade, real) {
  const layers = [];
  for (let layer = facade; layer !== null && layer !== real; layer = Object.getPrototypeOf(layer)) layers.unshift(layer);
  for (const layer of layers) for (const key of keys(layer)) lazily(module, key, true, () => facade[key]);
}

// Buffers the call makes have what it put on `Buffer.prototype`; those of the runtime do not.
const makeBuffers = ["from", "alloc", "allocUnsafe", "allocUnsafeSlow", "concat", "copyBytesFrom", "of"];
function ownBuffers(view) {
  const real = Buffer;
  const { prototype } = view;
  for (const name of makeBuffers) {
    const make = real[name];
    view[name] = Object.defineProperty((...args) => {
      const buffer = Reflect.apply(make, real, args);
      return Reflect.ownKeys(prototype).length > 1 ? Object.setPrototypeOf(buffer, prototype) : buffer;
    }, "name", { value: name });
  }
  return view;
}

const versions = new Map();
function versionOf(name) {
  const file = `${packages[name] ?? name.split("/")[0]}/package.json`;
  if (!versions.has(file)) {
    try { versions.set(file, outerRequire(file).version); } catch { versions.set(file, null); }
  }
  return versions.get(file);
}

const loaded = new Set();

/** Loads what a name stands for and freezes it, with all that it brought along. */
export function load(name) {
  if (loaded.has(name)) return;
  loaded.add(name);
  let behind;
  if (builtins.has(name) || beneath.includes(name)) behind = [loadBuiltin(name)];
  else {
    beneath.forEach(load);
    behind = (brings[name] ?? [packages[name] ?? name]).map((one) => outerRequire(one));
  }
  beforeFrozen[name]?.(...behind);
  freezeAll(builtins.has(name) || behind.length === 0 ? behind : [...behind, ...loadedSince()]);
  freezeAll(inside[name]?.(...behind) ?? [], true);
}

const seen = new Set();
function* loadedSince() {
  for (const [file, module] of entries(outerRequire.cache)) {
    if (seen.has(file) || file.includes("/node_modules/lodash/")) continue;
    seen.add(file);
    yield module.exports;
  }
}

/** Before the first call. `names` are those the scripts will want. */
export function prepare(names) {
  freezeLanguage();
  freezeAll([...Object.values(lentClasses), ...Object.values(lentAsTheyAre), globalThis.crypto.subtle], true);
  for (const name of ["events", ...names]) {
    if (name === "lodash") makeLodash();
    load(name);
  }
}
