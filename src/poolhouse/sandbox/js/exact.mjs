// Whole numbers beyond 2^53 leave a database as text: rounded to a double, two people's ids become one.

const { parse } = JSON;
const long = /\d{16}/;
const whole = /^-?\d+$/;

const keep = (_key, value, context) =>
  typeof value === "number" && !Number.isSafeInteger(value) && whole.test(context?.source ?? "") ? context.source : value;

/** For the libraries' realm: JSON columns and the answers of HTTP services. A script's own JSON is JavaScript's. */
export function parseExactly() {
  JSON.parse = (text, reviver) =>
    reviver === undefined && typeof text === "string" && long.test(text) ? parse(text, keep) : parse(text, reviver);
}

/** What mysql2 is opened with, unless the script says otherwise: BIGINT as text, as pg does by itself. */
export const exactMysql = (options) => ({
  supportBigNumbers: true,
  bigNumberStrings: true,
  ...(typeof options === "string" ? { uri: options } : options),
});
