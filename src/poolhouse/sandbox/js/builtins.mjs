// Node's built-in modules, as far as a script may have them: what computes, and http and https to the allowed hosts.

import { createRequire } from "node:module";
import { promisify } from "node:util";
import { listening } from "./modules.mjs";
import { lazily } from "./views.mjs";

const outerRequire = createRequire(import.meta.url);
const { apply } = Reflect;

// Left out: what only changes the runtime for everybody, listens, or looks into other calls.
const without = {
  "buffer": ["resolveObjectURL"],
  "crypto": ["setEngine", "setFips"],
  "http": ["_connectionListener", "createServer", "Server", "ServerImpl", "ServerResponse", "setGlobalProxyFromEnv",
    "setMaxIdleHTTPParsers"],
  "https": ["createServer", "Server"],
  "stream": ["setDefaultHighWaterMark"],
  "util": ["queryObjects", "setTraceSigInt", "getCallSites"],
};

export const builtins = new Set(["assert", "assert/strict", "buffer", "crypto", "events", "http", "https", "path",
  "path/posix", "path/win32", "perf_hooks", "querystring", "stream", "stream/promises", "string_decoder", "timers",
  "timers/promises", "url", "util", "util/types"]);

/** One of them as the runtime has it. */
export function loadBuiltin(name) {
  const real = outerRequire(`node:${name}`);
  if (name === "crypto") setUp(real);
  return real;
}

// What the runtime sets up on prototypes when it first uses them, which it could not do once they are frozen.
function setUp(crypto) {
  crypto.createHash("md5").update("").copy();
  crypto.createHmac("sha1", "").update("");
  const key = Buffer.alloc(16);
  crypto.createDecipheriv("aes-128-cbc", key, key);
  crypto.createCipheriv("aes-128-cbc", key, key);
  crypto.createSign("sha256");
  crypto.createVerify("sha256");
}

// These would run in threads which no timeout ends, in calls long over. They compute at once, as bcryptjs does, where
// the worker's own supervision sees them.
const asSync = { checkPrime: "checkPrimeSync", generateKey: "generateKeySync", generateKeyPair: "generateKeyPairSync",
  generatePrime: "generatePrimeSync", hkdf: "hkdfSync", pbkdf2: "pbkdf2Sync", scrypt: "scryptSync" };

function crypto(view, call) {
  const real = outerRequire("node:crypto");
  const made = view(real);
  for (const [name, sync] of Object.entries(asSync)) {
    const computed = (...args) => {
      const callback = args.pop();
      if (typeof callback !== "function") return real[name](...args, callback); // its own words for a missing callback
      let results;
      try {
        const found = real[sync](...args);
        results = name === "generateKeyPair" ? [null, found.publicKey, found.privateKey] : [null, found];
      } catch (error) {
        if (error instanceof TypeError || error instanceof RangeError) throw error; // an argument, as in Node
        results = [error];
      }
      const told = call.own(callback);
      queueMicrotask(() => told(...results));
    };
    Object.defineProperty(computed, promisify.custom, { value: async (...args) => real[sync](...args) });
    made[name] = Object.defineProperty(computed, "name", { value: name });
  }
  for (const name of ["sign", "verify", "diffieHellman"]) {
    const real_ = real[name];
    made[name] = (...args) => {
      if (typeof args.at(-1) !== "function") return real_(...args);
      const told = call.own(args.pop());
      const found = real_(...args);
      queueMicrotask(() => told(null, found));
    };
  }
  return made;
}

// Without a message the runtime looks for the line of source that failed, and finds ours.
function assert(view, _call, name) {
  const real = outerRequire(`node:${name}`);
  const ok = (...args) => real.ok(...(args.length === 1 ? [args[0], "The expression evaluated to a falsy value"] : args));
  const made = (...args) => ok(...args);
  for (const key of Object.keys(real)) lazily(made, key, true, () => view(real[key]));
  return Object.assign(made, { ok, ...(name === "assert" ? { strict: assert(view, _call, "assert/strict") } : { strict: made }) });
}

function events(view) {
  const real = outerRequire("node:events");
  const made = view(real);
  // Without emitters it would set the limit of everybody's.
  made.setMaxListeners = (most, ...emitters) => { if (emitters.length > 0) real.setMaxListeners(most, ...emitters); };
  return made;
}

function http(view, call, name = "http") {
  const real = outerRequire(`node:${name}`);
  const made = view(real);
  lazily(made, "globalAgent", true, () => {
    const agent = new real.Agent();
    call.atEnd(() => apply(real.Agent.prototype.destroy, agent, []));
    return agent;
  });
  const asking = (method) => (...args) => {
    const at = typeof args[0] === "string" || args[0] instanceof URL ? 1 : 0;
    if (typeof args[at] === "function" || args[at] === undefined) args.splice(at, 0, {});
    args[at] = { ...args[at], agent: args[at].agent === undefined ? made.globalAgent : args[at].agent };
    const answered = typeof args[at + 1] === "function" ? call.own(args[at + 1]) : null;
    if (answered) {
      args[at + 1] = (response) => {
        call.clients.lend(response, listening);
        answered(response);
      };
    }
    const request = apply(real[method], real, args);
    call.clients.listen(request, (error) => call.clients.heard(error));
    return request;
  };
  made.request = asking("request");
  made.get = asking("get");
  return made;
}

function timers(view, call, name) {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = call.timers;
  const promises = {
    setTimeout: (ms, value) => new Promise((done) => setTimeout(done, ms, value)),
    setImmediate: (value) => new Promise((done) => setImmediate(done, value)),
  };
  if (name === "timers/promises") return promises;
  return { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, promises };
}

const special = {
  assert, crypto, events, http, timers, "assert/strict": assert, "https": http, "timers/promises": timers,
  "perf_hooks": (view, call) => ({ performance: call.performance }),
};

/** One of them, for one call. */
export function builtin(name, view, call) {
  const made = special[name]?.(view, call, name) ?? view(outerRequire(`node:${name}`));
  for (const key of without[name] ?? []) delete made[key];
  return made;
}
