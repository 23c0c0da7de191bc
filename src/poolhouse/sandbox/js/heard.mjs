// The words of drivers and of the runtime, so that a script which wraps one in an error of its own is found out: they
// name hosts, ports, tables and this worker's own flags, and are for the log, not for the person logging in.

const MOST = 256;
const SHORTEST = 6;
const words = new Set();

function keep(text) {
  if (typeof text !== "string" || text.length < SHORTEST) return;
  words.delete(text);
  words.add(text.slice(0, 2048));
  if (words.size > MOST) words.delete(words.values().next().value);
}

/** An error of a driver: its message, those behind it, and what else it says in texts. */
export function hear(error, depth = 0) {
  try {
    if (typeof error !== "object" || error === null || depth > 3) return;
    keep(error.message);
    for (const name of ["detail", "hint", "where", "sqlMessage", "sql", "address", "hostname", "errmsg"]) keep(error[name]);
    for (const inner of [error.cause, ...(Array.isArray(error.errors) ? error.errors.slice(0, 8) : [])]) hear(inner, depth + 1);
  } catch { /* a hostile getter */ }
}

export function isHeard(text) {
  for (const word of words) if (text.includes(word)) return true;
  return false;
}

// From here on every error made outside of a script's realm is heard, the drivers' own classes included.
const made = (error) => {
  keep(error.message);
  return error;
};
globalThis.Error = new Proxy(Error, {
  construct: (target, args, newTarget) => made(Reflect.construct(target, args, newTarget)),
  apply: (target, self, args) => made(Reflect.apply(target, self, args)),
});
