// What drivers under Node share: the lines of tests/clients/runs.py.
const readline = require("node:readline");

const counts = { passed: 0, failed: 0 };
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Reads the first line and runs `drive(given, ask)`; then says the last line. */
exports.opened = async (drive) => {
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const ask = async (to, what = "code") => {
    say({ ask: what, to });
    return (await next()).code;
  };
  await drive(await next(), ask);
  say(counts);
  process.exit(0);
};

/** Says how a call ended: `fault` is the text of what was wrong with it. */
exports.done = (call, fault) => {
  counts[fault === undefined ? "passed" : "failed"] += 1;
  say(fault === undefined ? { call, outcome: "passed" } : { call, outcome: "failed", detail: fault });
};

exports.notSupported = (call) => say({ call, outcome: "not supported" });

const at = (value, path) => path.split(".").reduce((part, key) => part?.[key], value);

async function filled(value, answers, ask) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => filled(item, answers, ask)));
  if ("$code" in value) return ask(value.$code);
  if ("$authorization" in value) return ask(value.$authorization, "authorization");
  if ("$" in value) {
    const [call, ...path] = value.$.split(/(?<!\([^)]*)\./);
    const found = at(answers[call], path.join("."));
    if (found === undefined || found === null) throw new Error(`nothing at ${value.$}`);
    return found;
  }
  const made = {};
  for (const [key, item] of Object.entries(value)) made[key] = await filled(item, answers, ask);
  return made;
}

/** Walks `given.walk`; `send(step, params)` gives the client's answer, or undefined where it has no such method. */
exports.walk = async (given, ask, send) => {
  const answers = { given };
  for (const step of given.walk) {
    try {
      const params = await filled(step.params, answers, ask);
      const token = await filled(step.token, answers, ask);
      const answer = await send({ ...step, token, args: await filled(step.args, answers, ask) }, params);
      if (answer === undefined) {
        exports.notSupported(step.call);
        continue;
      }
      answers[step.call] = answer;
      exports.done(step.call, fault(answer, step));
    } catch (error) {
      exports.done(step.call, String(error?.message ?? JSON.stringify(error)));
    }
  }
};

function fault(answer, { plain, expect }) {
  if (!plain && answer?.statusCode !== 200) return JSON.stringify(answer);
  for (const [path, wanted] of Object.entries(expect)) {
    const found = at(answer, path);
    if (wanted === null ? found === null || found === undefined : found !== wanted)
      return `${path}: ${JSON.stringify(found)}`;
  }
  return undefined;
}

const ABSENT = Symbol("the library has no such thing");
exports.ABSENT = ABSENT;

/** Takes a library through `given.walk` (tests/clients/story.py); `verbs`: by name, (app, step) => what to do. */
exports.story = async (given, verbs) => {
  for (const step of given.walk) {
    const fault = await outcome(verbs[step.do], given.apps[step.app], step);
    if (fault === ABSENT) exports.notSupported(step.call);
    else exports.done(step.call, fault);
  }
};

async function outcome(verb, app, step) {
  try {
    if (!verb || (await verb(app, step)) === ABSENT) return ABSENT;
    return step.refused ? "was not refused" : undefined;
  } catch (error) {
    const said = words(error);
    return step.refused?.some((word) => said.toLowerCase().includes(word)) ? undefined : said;
  }
}

function words(error) {
  const own = [error?.message, error?.code, error?.error, error?.error_description];
  return [...own, error?.cause && words(error.cause)].filter(Boolean).join(": ") || JSON.stringify(error);
}

/** The id token with another signature of the same length. */
exports.forged = (token) => {
  const [header, payload, signature] = token.split(".");
  return [header, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join(".");
};

exports.require = (right, what) => {
  if (!right) throw new Error(`wrong: ${what}`);
};
