// The parts of test_isolation.py's scripts. What they use of the language is taken before any of it is changed.
const { getPrototypeOf, setPrototypeOf, defineProperty, getOwnPropertyDescriptor, create } = Object;
const { ownKeys } = Reflect;
const inner = new Set([globalThis, ...ownKeys(globalThis).map((name) => getOwnPropertyDescriptor(globalThis, name).value)]);
for (const one of [...inner]) if (typeof one === 'function' && one.prototype) inner.add(one.prototype);
const own = new Set([env, process, console, module, exports]);
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** What a script can get hold of from a module, with the way to it, nearest first. */
function reachable(name, most = 6000) {
  const seen = new Map();
  const todo = [];
  const meet = (value, way) => {
    if (!isObject(value) || seen.has(value) || own.has(value) || seen.size >= most) return;
    if (inner.has(value) && way !== name) return;
    if (ArrayBuffer.isView(value)) value = getPrototypeOf(value);
    seen.set(value, way);
    todo.push(value);
  };
  meet(name in GLOBALS ? GLOBALS[name]() : require(name), name);
  for (let at = 0; at < todo.length; at += 1) {
    const object = todo[at], way = seen.get(object);
    meet(getPrototypeOf(object), way + '.__proto__');
    for (const key of ownKeys(object)) {
      let found;
      try { found = getOwnPropertyDescriptor(object, key); } catch { continue; }
      let value = found.value;
      // A prototype's getters are for its instances.
      if (found.get && !ownKeys(object).includes('constructor')) try { value = object[key]; } catch { continue; }
      meet(value, way + '.' + String(key));
    }
  }
  return seen;
}

const GLOBALS = {
  Buffer: () => Buffer, URL: () => URL, fetch: () => fetch, Headers: () => Headers, Response: () => Response,
  'Web Crypto': () => crypto, performance: () => performance, 'an array of the modules': () => require('crypto').getHashes(),
  'a promise of the modules': () => fetch('data:,x').catch(() => {}), 'an error of the modules': () => { try { require('fs'); } catch (error) { return error; } },
  'a client of pg': () => new (require('pg').Client)({ host: 'x' }), 'a buffer': () => require('crypto').randomBytes(4),
  'a template of lodash': () => require('lodash').template('x'), 'a wrapper of lodash': () => require('lodash').chain([1]),
  'a client of mongodb': () => new (require('mongodb').MongoClient)('mongodb://x'), 'a stream': () => new (require('stream').PassThrough)(),
  'timers of the call': () => setTimeout,
};

/** One line of what each of them is: it must be the same in every call. */
function picture(name) {
  const lines = {};
  for (const [object, way] of reachable(name)) {
    lines[way] = typeof object + ' ' + ownKeys(object).map(String).filter((key) => !/^\d+$/.test(key)).sort().join();
  }
  return lines;
}

function change(name) {
  let changed = 0;
  const all = [...reachable(name)];
  const attempt = (act) => { try { act(); changed += 1; } catch { /* refused */ } };
  for (const [object] of all) {
    attempt(() => { object.leaked = 1; });
    attempt(() => { defineProperty(object, 'leakedToo', { value: 1 }); });
    if (object instanceof Map) attempt(() => object.set('leaked', 1));
    if (object instanceof Set) attempt(() => object.add('leaked'));
    if (Array.isArray(object)) attempt(() => object.push('leaked'));
  }
  for (const [object] of all) {
    for (const key of ownKeys(object)) {
      if (key === 'prototype') continue;
      attempt(() => { object[key] = 'leaked'; });
      attempt(() => { defineProperty(object, key, { value: 'leaked' }); });
      attempt(() => { delete object[key]; });
    }
    attempt(() => setPrototypeOf(object, create(null)));
  }
  return changed;
}
