// The names a script may require by, and what to say of another.

/** `mysql@2.18.1` -> `mysql`; `node:crypto` -> `crypto`; `@scope/name@1/sub` -> `@scope/name/sub`. */
export function nameAndVersion(written) {
  const bare = written.startsWith("node:") ? written.slice(5) : written;
  const at = bare.indexOf("@", 1);
  if (at === -1) return { name: bare, version: null };
  const slash = bare.indexOf("/", at);
  const end = slash === -1 ? bare.length : slash;
  return { name: bare.slice(0, at) + bare.slice(end), version: bare.slice(at + 1, end) };
}

// What does the same, for packages that scripts of this kind are known to use.
const instead = Object.assign(Object.create(null), {
  "bcrypt-nodejs": "bcrypt", "crypto-js": "crypto", "got": "axios", "mariadb": "mysql2", "md5": "crypto",
  "mongoose": "mongodb", "pg-promise": "pg", "superagent": "axios", "underscore": "lodash", "mssql": null, "tedious": null,
});

/** The error of a name that is not offered. */
export function notOffered(written, name, offered) {
  const known = name in instead;
  const near = known ? instead[name] : nearest(name, offered);
  const error = new Error(`Cannot find module '${written.slice(0, 200)}': ${why(written)}`
    + `${!near ? "." : known ? `; use '${near}' instead.` : `; did you mean '${near}'?`}`
    + ` A script may require: ${offered.join(", ")}`);
  error.code = "MODULE_NOT_FOUND";
  return error;
}

const why = (written) => /^(\.{0,2}[\\/]|\.{1,2}$|file:|[A-Za-z]:[\\/])/.test(written)
  ? "a script has no files beside it"
  : "this module is not available in a script";

function nearest(name, offered) {
  if (name.length > 40) return null;
  const short = name.replace(/^@[^/]*\//, "").replace(/\.js$/, "");
  let best = null;
  let least = Math.min(2, Math.floor(short.length / 3)) + 0.5;
  for (const one of offered) {
    const far = short === one ? 0 : distance(short.toLowerCase(), one);
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
