// Runs calls of the official SDK that a test wrote as JSON, and prints what each gave.
//
// stdin:  {"management": {...}, "authentication": {...}, "calls": [{"client", "method", "args"}]}
// stdout: [{"ok": value} | {"error": {code, message, data}}], one a call.
//
// {"$": "0.list.1.id"} in the arguments stands for that part of call 0's value; {"$date": ms} for a Date.
const { ManagementClient, AuthenticationClient } = require("authing-js-sdk");

function filled(value, given) {
  if (Array.isArray(value)) return value.map((item) => filled(item, given));
  if (value === null || typeof value !== "object") return value;
  if ("$" in value) {
    const [index, ...path] = value.$.split(".");
    return path.reduce((part, key) => part[key], given[Number(index)].ok);
  }
  if ("$date" in value) return new Date(value.$date);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, given)]));
}

function method(client, name) {
  const path = name.split(".");
  const last = path.pop();
  const owner = path.reduce((part, key) => part[key], client);
  if (typeof owner?.[last] !== "function") throw new Error(`the SDK has no method ${name}`);
  return (...args) => owner[last](...args);
}

function shown(error) {
  if (error instanceof Error) {
    const { name, message, response } = error;
    return { name, message, status: response?.status, body: response?.data };
  }
  return typeof error === "object" && error !== null ? error : { thrown: error };
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const plan = JSON.parse(Buffer.concat(chunks).toString());
  const clients = {
    management: plan.management && new ManagementClient(plan.management),
    authentication: plan.authentication && new AuthenticationClient(plan.authentication),
  };
  const given = [];
  for (const { client, method: name, args } of plan.calls) {
    try {
      const value = await method(clients[client || "management"], name)(...filled(args || [], given));
      given.push({ ok: value === undefined ? null : value });
    } catch (error) {
      given.push({ error: shown(error) });
    }
  }
  process.stdout.write(JSON.stringify(given));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
