// The worker: reads calls from stdin, runs each in a realm of its own, writes the answers to stdout.
// Its answers are untrusted by the other side: whatever a script does here stays its own tenant's affair.

import { createRequire } from "node:module";
import { getHeapSpaceStatistics } from "node:v8";
import vm from "node:vm";
import { compile as compileAuth0, isAuth0s, plan } from "./auth0.mjs";
import { readFrames, writeFrame } from "./frames.mjs";
import { Call, currentCall } from "./calls.mjs";
import { Recording } from "./console.mjs";
import { Given, prepare } from "./given.mjs";
import { Clients } from "./modules.mjs";
import { pooledFacades } from "./pooled.mjs";
import { guardOutput } from "./printed.mjs";
import { Realm, tooLarge } from "./realm.mjs";
import { useZone } from "./zones.mjs";

const clock = performance.now.bind(performance);
const require = createRequire(import.meta.url);
const compiled = new Map();
let settings = null;

const handlers = {
  init(frame) {
    settings = { ...frame, allowed: new Set(frame.modules) };
    if (settings.dialect === "auth0") ownTimers();
    useZone(frame.timezone);
    prepare(frame.preload);
    writeFrame({ type: "ready" });
  },
  ping: () => writeFrame({ type: "pong" }),
  // A turn of the event loop between calls lets a ping through when many calls arrive at once.
  call: (frame) => setTimeout(call, 0, frame),
  check(frame) {
    const answer = { type: "checked", id: frame.id, problem: null, auth0: isAuth0s(frame.source, frame.fn) };
    try {
      const filename = `${frame.fn}.js`;
      if (settings.dialect === "auth0") compileAuth0(frame.source, filename);
      else new vm.Script(frame.source, { filename });
    } catch (error) {
      answer.problem = { message: cut(error.message, 2048), ...position(frame.source) };
    }
    writeFrame(answer);
  },
};

const CALLS_A_LOOK = 8;
let calls = 0;

// V8 lets go of realms only while the loop has nothing to do: those of calls that follow each other at once fill the heap,
// and the other side replaces a worker that says so, before a call dies of it.
function isFull() {
  // V8's `heap_size_limit` counts a young generation beside, which is larger the more memory the machine has.
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith("new_"));
  return old.reduce((sum, space) => sum + space.space_used_size, 0) > settings.memoryMb * 2 ** 20 * 2 / 3;
}

async function call(frame) {
  const started = clock();
  const recording = new Recording(settings.consoleBytes, settings.consoleLines);
  const log = (level, args) => recording.write(level, args);
  const own = new Call(log, stray);
  const clients = new Clients(own);
  let realm = null;
  let timer = null;
  const answer = { type: "result", id: frame.id };
  let value = null;
  try {
    clients.remember([...frame.args, null, ...(frame.auth0 ?? []), null]);
    const answered = () => { answer.answers = (answer.answers ?? 0) + 1; };
    realm = new Realm({
      env: settings.env,
      log,
      own: (f) => own.own(f),
      auth0: settings.dialect === "auth0" ? { answered } : null,
      give: (timers) => new Given({
        clients, timers, offered: settings.allowed, pooled: settings.pooled ? pooledFacades : {},
        own: (f) => own.own(f), warn: (text) => log("warn", [text]),
      }),
    });
    const late = new Promise((_, reject) => { timer = setTimeout(reject, frame.timeoutMs, timedOut); });
    const { script, how } = compile(frame.fn, frame.source);
    const done = own.run(() => {
      if (!how) return realm.call(script, frame.fn, JSON.stringify(frame.args), settings.resultBytes);
      answer.dialect = "auth0";
      const given = how.context ? [...frame.auth0, frame.args.at(-1)] : frame.auth0;
      return realm.ask(script, how, JSON.stringify(given), settings.resultBytes);
    });
    const [text, lost] = await Promise.race([done, late, own.failed]);
    if (isTooLarge(text)) throw tooLarge;
    value = wellFormed(text);
    Object.assign(answer, { ok: true, lost: Array.from(lost, /* not map: its answer would be of the realm */ (what) => cut(what, 256)) });
  } catch (thrown) {
    if (thrown === timedOut) answer.stopped = "timeout";
    else if (thrown === tooLarge) answer.stopped = "output_too_large";
    else answer.error = describe(realm, thrown, frame.fn);
    answer.ok = false;
  }
  clearTimeout(timer);
  own.settle();
  Object.assign(answer, {
    console: recording.lines, consoleCut: recording.cut, ms: clock() - started,
    opened: clients.opened, left: clients.left(), connectionLost: clients.connectionLost, spliced: clients.spliced.size,
  });
  calls += 1;
  if (calls % CALLS_A_LOOK === 0) answer.full = isFull();
  realm?.dispose();
  realm = null; // what this function's closures hold outlives the call, and a realm is 170 KB
  clients.dispose();
  writeFrame(answer, value);
}

// JSON may name half of a surrogate pair, `"\ud83d"`, in a key as in a text; UTF-8 and its readers know no such letter.
// A pair and every other escape are passed over whole, so that the `\\ud83d` of a text about JSON stays.
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[dD][89a-fA-F][\da-fA-F]{2}|[^])/g;
const wellFormed = (text) =>
  text.includes("\\u") ? text.replace(escapes, (escape) => (escape.length === 6 ? "\ufffd" : escape)) : text;

// What the other side refuses to read, told as what it is before it is sent.
function isTooLarge(text) {
  if (Buffer.byteLength(text) > settings.resultBytes) return true;
  let objects = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === 44) values += 1;
    else if (letter === 91 || letter === 123) objects += 1;
  }
  return objects > settings.resultObjects || values > settings.resultValues;
}

const cut = (text, most) => String(text).slice(0, most).toWellFormed();

// V8 says what is wrong but, compiling a vm.Script, not where; acorn says where.
function position(source) {
  try {
    require("acorn").parse(source, { ecmaVersion: "latest", sourceType: "script" });
  } catch (error) {
    if (error.loc) return { line: error.loc.line, column: error.loc.column + 1 };
  }
  return {};
}

const timedOut = { timedOut: true };

function compile(fn, source) {
  const key = `${fn}\n${source}`;
  let found = compiled.get(key);
  if (!found) {
    if (compiled.size >= 64) compiled.clear();
    const filename = `${fn}.js`;
    if (settings.dialect === "auth0") {
      const { script, text } = compileAuth0(source, filename);
      found = { script, how: plan(text, fn) };
    } else {
      found = { script: new vm.Script(source, { filename }) };
    }
    compiled.set(key, found);
  }
  return found;
}

function describe(realm, thrown, fn) {
  try {
    const error = realm.describe(thrown);
    return {
      name: cut(error.name, 256), message: cut(error.message, 8192),
      private: error.private, code: error.code === null ? null : cut(error.code, 256), stack: cut(ownFrames(error.stack, fn), 16384),
    };
  } catch {
    return { name: "Error", message: "the script threw a value that cannot be read", code: null, stack: "", private: true };
  }
}

// The stack's frames outside the script are ours or the libraries': no use to its author, and paths of this machine.
function ownFrames(stack, fn) {
  return stack.split("\n").filter((line) => !/^\s+at /.test(line) || line.includes(`${fn}.js:`)).join("\n");
}

// An error thrown in a timer, also one of a library, comes without its owner when nobody catches it.
function ownTimers() {
  for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
    const start = globalThis[name];
    globalThis[name] = (f, ...rest) => start((...given) => {
      try {
        return f(...given);
      } catch (error) {
        if (!endsItsCall(error)) throw error;
      }
    }, ...rest);
  }
}

// A script in Auth0's form answers by its callback alone: after a mistake in one of its functions nobody calls that.
function endsItsCall(error) {
  const own = settings.dialect === "auth0" ? currentCall() : null;
  if (own === null || own.settled) return false;
  own.threw(error);
  return true;
}

let strays = 0;

function stray(reason) {
  strays += 1;
  // The last one told makes the other side replace this worker.
  if (strays > settings.strays) return;
  let text;
  try {
    text = cut(reason?.stack ?? reason, 2000);
  } catch {
    text = "a value that cannot be printed";
  }
  writeFrame({ type: "stray", text });
}
function unheard(event, error) {
  event.preventDefault();
  if (endsItsCall(error)) return;
  stray(error);
  currentCall()?.unheard(error);
}
globalThis.addEventListener("unhandledrejection", (event) => unheard(event, event.reason));
globalThis.addEventListener("error", (event) => unheard(event, event.error ?? event.message));
guardOutput();

for await (const frame of readFrames()) handlers[frame.type]?.(frame);
