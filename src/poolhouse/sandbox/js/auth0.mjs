// Scripts in Auth0's form: which function of a source is meant, whether it answers by a callback, and what such a
// script finds around it. A source of ours among them is told apart by its shape and called our way.

import { createRequire } from "node:module";
import vm from "node:vm";

const require = createRequire(import.meta.url);

// Auth0 calls whatever function the source holds; these names are its own recommendations and templates.
// `ours`: whether one of our own functions may stand there, and how it is known.
const SLOTS = {
  login: { names: ["login"], args: 2, ours: readsQuery },
  getUser: { names: ["getUser", "getByEmail", "get_user"], args: 1, ours: readsQuery },
  createUser: { names: ["create", "createUser"], args: 1, ours: (node) => node.id?.name === "createUser" && node.params.length === 2 },
  deleteUser: { names: ["deleteUser", "remove", "delete_user"], args: 1, ours: (node) => node.id?.name === "deleteUser" && node.params.length === 2 },
  changePassword: { names: ["changePassword", "change_password"], args: 2 },
  verify: { names: ["verify", "verifyEmail"], args: 1 },
  changeEmail: { names: ["changeEmail", "change_email"], args: 3 },
  changeUsername: { names: ["changeUsername", "change_username"], args: 2 },
};
const ERRORS = ["WrongUsernameOrPasswordError", "ValidationError", "UnauthorizedError"];
const CALLBACK = /^(callback|cb|done|next)$/i;
const IDENTIFIERS = new Set(["id", "email", "phone", "username"]);
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const parse = (source) => require("acorn").parse(source, { ecmaVersion: "latest", sourceType: "script" });

function* nodes(root) {
  const waiting = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    yield node;
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) if (typeof item?.type === "string") waiting.push(item);
      if (typeof value?.type === "string") waiting.push(value);
    }
  }
}

/** A source that is an anonymous function is no program; the line is the same, so positions in errors hold. */
export function compile(source, filename) {
  try {
    return { script: new vm.Script(source, { filename }), text: source };
  } catch (error) {
    const text = `(${source}\n)`;
    try {
      return { script: new vm.Script(text, { filename, columnOffset: -1 }), text };
    } catch {
      throw error;
    }
  }
}

// name -> function, of a program's own statements; "" is the value the program ends with.
function topLevel(program) {
  const found = new Map();
  const add = (name, node) => {
    if (FUNCTIONS.has(node?.type)) found.set(name, node);
    else if (node?.type === "Identifier" && found.has(node.name)) found.set(name, found.get(node.name));
  };
  for (const statement of program.body) if (statement.type === "FunctionDeclaration") add(statement.id.name, statement);
  for (const statement of program.body) {
    if (statement.type === "VariableDeclaration") for (const each of statement.declarations) add(each.id.name, each.init);
    if (statement.type !== "ExpressionStatement") continue;
    let value = statement.expression;
    while (value.type === "AssignmentExpression") {
      add(value.left.name ?? "", value.right.type === "AssignmentExpression" ? null : value.right);
      add(value.left.property?.name ?? "", value.right);
      value = value.right;
    }
    add("", value);
  }
  return found;
}

function entry(program, names) {
  const found = topLevel(program);
  const name = names.find((each) => found.has(each)) ?? (found.has("") ? "" : found.keys().next().value);
  return name === undefined ? null : { name, node: found.get(name) };
}

function answersByCallback(node) {
  const given = node.params.at(-1);
  const last = given?.type === "AssignmentPattern" ? given.left : given;
  if (last?.type !== "Identifier") return false;
  if (CALLBACK.test(last.name)) return true;
  for (const each of nodes(node.body)) {
    if (each.type !== "CallExpression") continue;
    const callee = each.callee.type === "MemberExpression" ? each.callee.object : each.callee;
    if (callee.type === "Identifier" && callee.name === last.name) return true;
  }
  return false;
}

// Our login and getUser read fields of their first argument, which for Auth0's is a text.
function readsQuery(node) {
  const first = node.params[0];
  if (first?.type === "ObjectPattern") return true;
  if (first?.type !== "Identifier") return false;
  for (const each of nodes(node.body)) {
    if (each.type === "MemberExpression" && each.object.name === first.name && !each.computed
      && IDENTIFIERS.has(each.property.name)) return true;
    if (each.type === "VariableDeclarator" && each.init?.name === first.name && each.id.type === "ObjectPattern") return true;
  }
  return false;
}

const reachesArguments = (node) => {
  if (node.params.some((each) => each.type === "RestElement")) return true;
  for (const each of nodes(node.body)) if (each.type === "Identifier" && each.name === "arguments") return true;
  return false;
};

/**
 * How to call a source under Auth0's dialect: null our way, or { name, context, answers }. `answers`: by "callback"
 * where a parameter is for it, by "value" where none can be, by "either" where that is not told.
 */
export function plan(text, slot) {
  const { names, args, ours } = SLOTS[slot] ?? {};
  if (names === undefined) return null;
  let found = null;
  try {
    found = entry(parse(text), names);
  } catch { /* newer than acorn, or too deep for it: called by its name */ }
  if (found === null) return { name: names[0], context: false, answers: "callback" };
  const { name, node } = found;
  if (answersByCallback(node)) return { name, context: node.params.length > args + 1, answers: "callback" };
  if (reachesArguments(node)) return { name, context: false, answers: "either" };
  if (ours?.(node)) return null;
  return { name, context: node.params.length > args, answers: "value" };
}

/** Whether a source is written for Auth0: it calls its last parameter, or uses what only Auth0 lends. */
export function isAuth0s(source, slot) {
  let program;
  try {
    program = parse(source);
  } catch {
    try { program = parse(`(${source}\n)`); } catch { return false; }
  }
  const found = entry(program, SLOTS[slot]?.names ?? [slot]);
  if (found !== null && answersByCallback(found.node)) return true;
  const declared = new Set();
  const used = new Set();
  for (const each of nodes(program)) {
    for (const name of [each.id, ...(each.params ?? [])]) if (name?.type === "Identifier") declared.add(name.name);
    if (each.type === "NewExpression") used.add(each.callee.name);
    if (each.type === "MemberExpression" && each.object.name === "configuration") used.add("configuration");
  }
  return [...ERRORS, "configuration"].some((name) => used.has(name) && !declared.has(name));
}

const LENT = { _: "lodash", bcrypt: "bcrypt", crypto: "crypto", mongo: "mongodb", mysql: "mysql", postgres: "pg",
  querystring: "querystring", request: "request", sqlserver: "tedious" };

const BOOT = new vm.Script(
  `(function (host, realm) {
  "use strict";
  const { define, env } = realm;
  const { apply, defineProperty } = Reflect;
  const kind = (name, take) => {
    const made = class extends Error {
      constructor(...given) {
        const [message, more] = take(...given);
        super(message ?? "");
        Object.assign(this, more);
      }
    };
    defineProperty(made, "name", { value: name });
    defineProperty(made.prototype, "name", { value: name, writable: true, configurable: true });
    define(name, made);
  };
  kind("WrongUsernameOrPasswordError", (user_id, message) => [message, { user_id, code: "invalid_user_password" }]);
  kind("ValidationError", (code, message) => [message, { code }]);
  kind("UnauthorizedError", (message) => [message, { code: "unauthorized" }]);
  define("configuration", env);
  for (const [name, module] of host.lent) defineProperty(globalThis, name, {
    configurable: true,
    get() {
      let value;
      try {
        value = host.require(module, name);
      } catch (error) { // thrown here, the engine would call the name undefined
        const refuse = () => { throw error; };
        value = new Proxy(refuse, { get: refuse, apply: refuse, construct: refuse });
      }
      define(name, value);
      return value;
    },
    set(value) { define(name, value); },
  });

  // The first answer is the answer. It travels in an array, so that nothing asks it for a "then".
  return (f, given, answers) => new Promise((resolve, reject) => {
    let open = true;
    const settle = (end, value) => {
      if (open) end(value);
      open = false;
    };
    const back = (error, answer) => {
      host.answered();
      if (error) settle(reject, error);
      else settle(resolve, [answer]);
    };
    const ended = (value) => {
      if (answers === "value" || (answers === "either" && value !== undefined)) settle(resolve, [value]);
    };
    const failed = (error) => settle(reject, error);
    try {
      const value = apply(f, undefined, [...given, back]);
      const then = typeof value === "object" && value !== null ? value.then : undefined;
      if (typeof then === "function") apply(then, value, [ended, failed]);
      else ended(value);
    } catch (error) {
      failed(error);
    }
  });
})`,
  { filename: "poolhouse:auth0" },
);

/** Lends a realm what Auth0's scripts find around them; gives the way to call one of them. */
export const lend = (context, host, realm) =>
  BOOT.runInContext(context)({ ...host, lent: Object.entries(LENT) }, realm);
