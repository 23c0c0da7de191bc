// What libraries print. Stdout carries frames, so it goes to the console of the call that made them print; what no
// call made them print is dropped.

import { currentCall } from "./calls.mjs";

const decoder = new TextDecoder();
const print = (level, args) => currentCall()?.log(level, args);

export function guardOutput() {
  for (const [level, names] of Object.entries({
    log: ["log", "dir", "dirxml", "table", "group", "groupCollapsed", "count", "timeEnd", "timeLog"],
    info: ["info"], warn: ["warn"], error: ["error", "assert"], debug: ["debug", "trace"],
  })) for (const name of names) console[name] = (...args) => print(level, args);
  // Under Node's process.stdout and process.stderr are these, too.
  for (const [stream, level] of [[Deno.stdout, "log"], [Deno.stderr, "error"]]) {
    const writeSync = (bytes) => {
      print(level, [decoder.decode(bytes).trimEnd()]);
      return bytes.length;
    };
    const writable = new WritableStream({ write: (bytes) => void writeSync(bytes) });
    for (const [name, value] of Object.entries({ writeSync, write: async (bytes) => writeSync(bytes), writable })) {
      Object.defineProperty(stream, name, { value });
    }
  }
}
