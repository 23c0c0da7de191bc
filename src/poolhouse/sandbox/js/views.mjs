// What one call sees of the modules. Their code is shared by all calls and frozen (frozen.mjs); namespaces and classes
// are handed out as views of the call's own: `jwt.sign = …`, `pg.defaults.x = …` or `Buffer.prototype.x = …` change the
// view, work in the call that wrote them, and end with it.

import { freezeAll, isFrozen } from "./frozen.mjs";

const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, prototype: ofObjects, setPrototypeOf } = Object;
const { apply, construct, ownKeys } = Reflect;
const ordinary = Function.prototype[Symbol.hasInstance];
const ofFunctions = new Set(["length", "name", "prototype", "arguments", "caller"]);

const isPlain = (value) => {
  const above = getPrototypeOf(value);
  return above === ofObjects || above === null;
};
export const isClass = (value) => {
  const inherited = getOwnPropertyDescriptor(value, "prototype")?.value;
  return typeof inherited === "object" && inherited !== null
    && (ownKeys(inherited).length > 1 || getPrototypeOf(inherited) !== ofObjects);
};

/** -> a function that gives the view of a value: the same one each time within one call. */
export function viewer() {
  const views = new Map();

  function view(real) {
    const isFunction = typeof real === "function";
    if (!isFunction && (typeof real !== "object" || real === null)) return real;
    if (views.has(real)) return views.get(real);
    if (Array.isArray(real)) return remember(real, real.map(view));
    // What a getter of a module makes was not there when the module was frozen.
    if (isFunction && !isFrozen(real)) freezeAll([real]);
    if (isFunction) return isClass(real) ? viewOfClass(real) : viewOfFunction(real);
    return isPlain(real) ? filled(remember(real, create(getPrototypeOf(real))), real) : real;
  }

  function remember(real, made) {
    views.set(real, made);
    return made;
  }

  function viewOfFunction(real) {
    const keys = ownKeys(real);
    if (keys.every((key) => ofFunctions.has(key))) return real;
    const made = remember(real, { call(...args) { return apply(real, this, args); } }.call);
    return filled(named(made, real), real);
  }

  function viewOfClass(real) {
    const made = remember(real, function (...args) {
      return new.target === undefined ? apply(real, this, args) : construct(real, args, new.target);
    });
    made.prototype = create(real.prototype, { constructor: { value: made, writable: true, configurable: true } });
    setPrototypeOf(made, getPrototypeOf(real));
    // What the modules make themselves is one too.
    defineProperty(made, Symbol.hasInstance, {
      value(value) { return apply(ordinary, this, [value]) || (this === made && value instanceof real); },
      writable: true, configurable: true,
    });
    return filled(named(made, real), real);
  }

  const named = (made, real) => defineProperty(made, "name", { value: real.name, configurable: true });

  function filled(made, real) {
    for (const key of ownKeys(real)) {
      if (typeof real === "function" && (ofFunctions.has(key) || key === Symbol.hasInstance)) continue;
      const found = getOwnPropertyDescriptor(real, key);
      const { value, enumerable } = found;
      if ("value" in found && (typeof value !== "object" || value === null) && (typeof value !== "function" || views.has(value))) {
        defineProperty(made, key, { value: view(value), writable: true, enumerable, configurable: true });
      } else lazily(made, key, enumerable, () => view(real[key]));
    }
    return made;
  }

  /** Of a module's exports, whatever they are: `pg` exports what a class of its own made. */
  const ofModule = (real) => typeof real === "object" && real !== null && !views.has(real)
    ? filled(remember(real, create(getPrototypeOf(real))), real) : view(real);
  return Object.assign(view, { ofModule });
}

/** A property that is made when it is first read, and is an ordinary one from then on. */
export function lazily(object, key, enumerable, make) {
  const settle = (value) => defineProperty(object, key, { value, writable: true, enumerable, configurable: true });
  defineProperty(object, key, {
    get() {
      const value = make();
      settle(value);
      return value;
    },
    set(value) {
      if (this === object) settle(value);
      else defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable, configurable: true,
  });
}
