// A fresh realm for one call. It keeps one call's globals and prototypes from the next one; it is NOT the
// wall between tenants. That wall is the process.

import vm from "node:vm";
import { lend } from "./auth0.mjs";
import { auth0Require } from "./auth0_modules.mjs";
import { isHeard } from "./heard.mjs";
import { lentNames } from "./given.mjs";
import { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } from "node:timers";

// Classes a script compares with `instanceof` while the libraries, which live in the outer realm, make them.
const shared = {
  Object, Function, Array, Date, Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError,
  AggregateError, RegExp, Map, Set, Promise, ArrayBuffer, Uint8Array,
};

const BOOT = new vm.Script(
  `(function (host) {
  "use strict";
  const { parse, stringify } = JSON;
  const { defineProperty, freeze, keys } = Object;
  const { apply } = Reflect;
  const ordinary = Function.prototype[Symbol.hasInstance];
  const NativeError = Error;
  const asString = String;
  const stringifyDate = Date.prototype.toISOString;

  for (const name of host.shared) {
    const here = globalThis[name];
    defineProperty(here, Symbol.hasInstance, {
      value(value) { return apply(ordinary, this, [value]) || (this === here && host.isOuter(name, value)); },
    });
  }

  const deepFreeze = (value) => {
    for (const key of keys(value)) if (typeof value[key] === "object" && value[key] !== null) deepFreeze(value[key]);
    return freeze(value);
  };
  const env = deepFreeze(parse(host.env));
  const define = (name, value) => defineProperty(globalThis, name, { value, writable: true, configurable: true });
  defineProperty(globalThis, "env", { value: env, enumerable: true });
  define("require", (name) => host.require(asString(name)));
  // Made when first read: few scripts need more than one of them.
  for (const name of host.lentNames) defineProperty(globalThis, name, {
    get() { const value = host.lent[name]; define(name, value); return value; },
    set(value) { define(name, value); },
    configurable: true,
  });
  define("process", { env, version: "v20.0.0", versions: { node: "20.0.0" }, platform: "linux",
    nextTick: (f, ...rest) => queueMicrotask(() => f(...rest)), hrtime: undefined });
  define("global", globalThis);
  define("module", { exports: {} });
  define("exports", module.exports);

  const console = {};
  for (const level of ["log", "info", "warn", "error", "debug"]) console[level] = (...args) => host.log(level, args);
  console.trace = console.debug;
  console.dir = (value) => host.log("log", [value]);
  console.table = console.dir;
  console.group = console.log;
  console.assert = (holds, ...args) => { if (!holds) host.log("error", ["Assertion failed", ...args]); };
  console.groupEnd = console.time = console.timeEnd = console.timeLog = console.count = () => {};
  define("console", console);

  // The answer leaves this realm as text, so nothing of it can be called or looked at outside.
  const encode = (value, limit) => {
    let size = 0;
    const lost = [];
    const note = (key, what) => { if (lost.length < 10) lost.push(key === "" ? what : key + ": " + what); };
    const text = stringify(value, function (key, item) {
      size += key.length + 4;
      switch (typeof item) {
        case "bigint": item = asString(item); break;
        case "function": case "symbol": note(key, typeof item); return undefined;
        case "number": if (item !== item || item === Infinity || item === -Infinity) note(key, asString(item)); break;
        case "object":
          if (item !== null && item._bsontype === "Long") item = asString(item);
          else if (item !== null && (item instanceof Map || item instanceof Set)) note(key, item instanceof Map ? "Map" : "Set");
      }
      if (typeof item === "string") size += item.length;
      if (size > limit) throw host.tooLarge;
      return item;
    });
    return [text === undefined ? "null" : text, lost];
  };

  const read = (get, otherwise, limit) => {
    try {
      const value = get();
      return value === undefined || value === null ? otherwise : asString(value).slice(0, limit);
    } catch { return otherwise; }
  };
  // Whether these are the script's own words. An error made by the runtime or a driver is none of them, nor is one
  // the script made that repeats what such an error said.
  const runtimes = [TypeError, ReferenceError, RangeError, SyntaxError, EvalError, URIError, AggregateError];
  const isRuntimes = (error) => {
    for (const kind of runtimes) if (apply(ordinary, kind, [error])) return true;
    if (host.isOuter("Error", error)) return true;
    return apply(ordinary, NativeError, [error]) && (error.errno !== undefined || error.syscall !== undefined);
  };
  const isPrivate = (thrown, message) => {
    try {
      if (host.isHeard(message)) return true;
      if ((typeof thrown !== "object" || thrown === null) && typeof thrown !== "function") return false;
      if (isRuntimes(thrown)) return true;
      let cause = thrown.cause;
      for (let depth = 0; depth < 5 && cause; depth += 1, cause = cause.cause) {
        if (isRuntimes(cause) && message.includes(asString(cause.message))) return true;
      }
      return false;
    } catch { return true; }
  };
  const describe = (thrown) => {
    const isObject = (typeof thrown === "object" && thrown !== null) || typeof thrown === "function";
    if (!isObject) {
      const message = read(() => thrown, asString(thrown), 8192);
      return stringify({ name: "Error", message, code: null, stack: "", private: isPrivate(thrown, message) });
    }
    let kind = "Error";
    try { kind = thrown instanceof NativeError ? kind : "Object"; } catch { /* a hostile proxy */ }
    let fallback = "";
    if (kind === "Object") try { fallback = stringify(thrown) ?? ""; } catch { fallback = "[an object]"; }
    const message = read(() => thrown.message, fallback.slice(0, 8192), 8192);
    return stringify({
      name: read(() => thrown.name, "Error", 256), message, private: isPrivate(thrown, message),
      code: read(() => thrown.code, null, 256),
      stack: read(() => thrown.stack, "", 16384),
    });
  };

  const find = (name) => {
    const exported = globalThis.module?.exports;
    const found = host.global(name) ?? (typeof exported === "function" ? exported : exported?.[name]);
    if (typeof found !== "function") throw host.missing(name);
    return found;
  };

  return {
    describe, define, env,
    run: async (name, args, limit) => encode(await find(name)(...parse(args)), limit),
    // A function that answers by a callback; value: what its source ended with.
    ask: async (ask, name, value, args, answers, limit) => {
      const f = name === "" && typeof value === "function" ? value : find(name);
      return encode((await ask(f, parse(args), answers))[0], limit);
    },
  };
})`,
  { filename: "poolhouse:boot" },
);

const GRACE_MS = 250;
export const tooLarge = { tooLarge: true };
const identifier = /^[A-Za-z_$][\w$]*$/;

export class Realm {
  #context;
  #timers = new Set();
  #inner;
  #ask;
  #given;

  /**
   * `give` makes a Given of the call, once there are timers that end with it; `own` makes a function one of the call's,
   * whoever calls it. `auth0`: { answered } where the connection's scripts are in Auth0's form.
   */
  constructor({ env, give, log, own, auth0 = null }) {
    const timers = this.#trackedTimers(own);
    this.#context = vm.createContext(timers);
    const context = this.#context;
    const given = give({ ...timers });
    this.#given = given;
    const require = (name) => given.require(name);
    const auth0s = auth0 === null ? null : auth0Require(require);
    this.#inner = BOOT.runInContext(context)({
      env, log, tooLarge, isHeard, lent: given.lent, lentNames, require: auth0s ?? require,
      missing: (name) => new Error(`The script defines no function ${name}`),
      shared: Object.keys(shared),
      isOuter: (name, value) => value instanceof shared[name],
      // A `const login = async () => {}` is no property of the global object; a script in the realm sees it.
      global: (name) => (identifier.test(name) ? vm.runInContext(`typeof ${name} === "undefined" ? undefined : ${name}`, context) : undefined),
    });
    if (auth0 !== null) this.#ask = lend(context, { ...auth0, require: auth0s }, this.#inner);
  }

  /** Runs the compiled source's own statements, then calls the function. -> [json text, what was lost] */
  async call(script, name, args, limit) {
    script.runInContext(this.#context);
    return await this.#inner.run(name, args, limit);
  }

  /** The same of a function in Auth0's form. `args` are before the callback. */
  async ask(script, { name, answers }, args, limit) {
    const value = script.runInContext(this.#context);
    return await this.#inner.ask(this.#ask, name, value, args, answers, limit);
  }

  describe(thrown) {
    return JSON.parse(this.#inner.describe(thrown));
  }

  /** Stops the timers a script left behind, after the time an un-awaited `client.end()` needs. */
  dispose() {
    this.#given.dispose();
    setTimeout(() => {
      for (const [stop, timer] of this.#timers) stop(timer);
      this.#timers.clear();
    }, GRACE_MS);
  }

  #trackedTimers(own) {
    const started = (start, stop) => (f, ...rest) => {
      const timer = start(own(f), ...rest);
      this.#timers.add([stop, timer]);
      return timer;
    };
    return {
      setTimeout: started(setTimeout, clearTimeout), clearTimeout,
      setInterval: started(setInterval, clearInterval), clearInterval,
      setImmediate: started(setImmediate, clearImmediate), clearImmediate,
    };
  }
}
