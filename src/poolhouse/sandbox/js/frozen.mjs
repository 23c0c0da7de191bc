// What calls share cannot be changed by any of them: the functions and classes of the modules, of the runtime, and of
// the language as the modules' realm has it. Frozen when they are loaded; a warm call pays nothing for it.

const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions, prototype: ofObjects } = Object;
const { apply, ownKeys } = Reflect;
const { hasOwnProperty } = ofObjects;

const done = new WeakSet();
const met = new WeakSet();
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const isPlain = (value) => Array.isArray(value) || getPrototypeOf(value) === ofObjects || getPrototypeOf(value) === null;

// What programs are known to give to objects of their own. The rest of the language is read far too often for a getter.
const own = ["constructor", "toString"];
const ofLanguage = new Map([
  ...["String", "Number", "Boolean", "Symbol", "BigInt", "Date", "RegExp", "Map", "Set", "ArrayBuffer", "DataView", "Uint8Array"]
    .map((name) => [globalThis[name].prototype, own]),
  [getPrototypeOf(Uint8Array.prototype), own],
  [ofObjects, [...own, "hasOwnProperty", "toLocaleString", "valueOf"]],
  [Function.prototype, [...own, "bind", "call", "apply"]],
  [Array.prototype, [...own, "concat", "push"]],
  [Promise.prototype, ["constructor", "then", "catch"]],
]);

// A frozen property keeps every object that inherits it from having its own by assignment (the "override mistake"). As
// a getter and a setter it does not.
function overridable(object, key, { value, enumerable }) {
  const accessors = {
    get: () => value,
    set(given) {
      if (this === object) throw new TypeError(`${String(key)} is shared by all calls and cannot be changed`);
      if (apply(hasOwnProperty, this, [key])) this[key] = given;
      else defineProperty(this, key, { value: given, writable: true, enumerable: true, configurable: true });
    },
  };
  accessors.get.originalValue = value; // by which libraries that look for the language's own functions find them
  defineProperty(object, key, { get: freeze(accessors.get), set: freeze(accessors.set), enumerable, configurable: false });
}

function shut(object) {
  const isPrototype = object === Function.prototype || (typeof object !== "function" && !Array.isArray(object));
  if (isPrototype && hasOwnProperty.call(object, "constructor")) {
    for (const key of ofLanguage.get(object) ?? ownKeys(object)) {
      const found = getOwnPropertyDescriptor(object, key);
      if (found && "value" in found && found.configurable && found.writable) overridable(object, key, found);
    }
  }
  for (const key of ownKeys(object)) {
    const found = getOwnPropertyDescriptor(object, key);
    if (!found.configurable) continue;
    defineProperty(object, key, "value" in found && !isCounter(object, key) ? { writable: false, configurable: false } : { configurable: false });
  }
  preventExtensions(object);
}

// Counters their class keeps on itself, and what the runtime sets for a moment while it makes a stack.
const isCounter = (object, key) => key === "stackTraceLimit" || (key === "index" && object.name === "ObjectId");

// What is one because it changes.
const isStateful = (value) => value === globalThis || value === Deno || value instanceof RegExp || value instanceof Promise;

function readSafely(object, key) {
  try {
    return object[key];
  } catch { /* what only an instance has */ }
}

export const isFrozen = (value) => done.has(value);

/** Freezes what hangs on these: functions, classes and their prototypes, and the plain objects on those. */
export function freezeAll(roots, themselves = false) {
  const todo = [];
  const meet = (value, ours) => { if (isObject(value) && !done.has(value)) todo.push([value, ours]); };
  for (const root of roots) meet(root, themselves);
  while (todo.length > 0) {
    const [object, below] = todo.pop();
    // A plain object of a module, met from above, is handed out as a view; the module itself may write to it.
    const ours = below || typeof object === "function";
    if (done.has(object) || ArrayBuffer.isView(object)) continue;
    if (ours) done.add(object);
    else if (met.has(object)) continue;
    met.add(object);
    meet(getPrototypeOf(object), true);
    for (const key of ownKeys(object)) {
      const { get, set, value: held } = getOwnPropertyDescriptor(object, key);
      meet(get, true);
      meet(set, true);
      // Of a class or a namespace; a prototype's getters are for its instances, and may keep what they make.
      const value = get && ours && !apply(hasOwnProperty, object, ["constructor"]) ? readSafely(object, key) : held;
      if (!isObject(value)) continue;
      if (typeof value === "function" || (key === "prototype" && ours)) meet(value, true);
      else if (isPlain(value) || (ours && !isStateful(value))) meet(value, ours);
    }
    if (ours) shut(object);
  }
}

const language = ["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Date", "RegExp",
  "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy", "ArrayBuffer", "SharedArrayBuffer", "DataView",
  "Uint8Array", "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError",
  "AggregateError", "Iterator", "FinalizationRegistry"];
const namespaces = ["JSON", "Math", "Reflect", "Atomics", "Intl", "WebAssembly"];
// Reached through what they make, and by no name.
const nameless = () => [
  async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), new Map().entries(), new Set().values(),
  ""[Symbol.iterator](), /a/[Symbol.matchAll](""), (function* () {})(), (async function* () {})(),
].map(getPrototypeOf);

/** The language itself, as the modules' realm has it. */
export function freezeLanguage() {
  freezeAll([...language, ...namespaces].map((name) => globalThis[name]).concat(nameless()), true);
}
