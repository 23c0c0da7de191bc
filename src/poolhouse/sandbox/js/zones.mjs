// What times without a zone mean, as the connection's `timezone` says. Dates leave a driver as midnight UTC, times as
// the moments they are, and both go back as they came. Unless it is set, all is UTC, as the worker is.

import { types } from "node:util";

let offsetAt = null; // (milliseconds UTC) -> milliseconds that the zone is ahead

const FIXED = /^([+-])(\d\d):(\d\d)$/;

/** `zone`: an IANA name or `+08:00`. */
export function useZone(zone) {
  const fixed = FIXED.exec(zone);
  if (zone === "UTC") return;
  if (fixed) {
    const offset = (fixed[1] === "-" ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
    if (offset !== 0) offsetAt = () => offset;
    return;
  }
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", year: "numeric",
    month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  offsetAt = (time) => {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const whole = Math.floor(time / 1000) * 1000;
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - whole;
  };
}

const isDate = (value) => types.isDate(value) && !Number.isNaN(value.getTime());

/** The moment of a time whose digits were read as if they were UTC. */
function moment(read) {
  if (!isDate(read)) return read;
  const wall = read.getTime();
  const near = wall - offsetAt(wall);
  return new Date(wall - offsetAt(near));
}

// A day, as drivers give one: west of UTC its own zone would make it the day before.
const isDay = (date) => date.getTime() % 86_400_000 === 0;
const shift = (date) => {
  const offset = offsetAt(date.getTime());
  return offset < 0 && isDay(date) ? 0 : offset;
};

/** pg reads `timestamp` and its arrays (OIDs of pg_type) in the zone. */
export function zonedPg(parsers) {
  if (offsetAt === null) return;
  const within = (value) => (Array.isArray(value) ? value.map(within) : moment(value));
  for (const oid of [1114, 1115]) {
    const read = parsers.getTypeParser(oid);
    parsers.setTypeParser(oid, (text) => within(read(text)));
  }
}

/** Parameters for pg: `timestamp` takes the digits, `timestamptz` the moment, `date` the day. */
export function pgParameters(args) {
  return offsetAt === null ? args : args.map((arg) => (Array.isArray(arg) ? arg.map(written) : withValues(arg, written)));
}

function written(value) {
  if (Array.isArray(value)) return value.map(written);
  if (!isDate(value)) return value;
  const offset = shift(value);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (number) => String(number).padStart(2, "0");
  const digits = new Date(value.getTime() + offset).toISOString().slice(0, -1);
  return /^[+-]/.test(digits) ? value : `${digits}${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** What mysql2 is opened with, and its parameters: it writes the digits of UTC. A script that names a zone has its way. */
export const isZoned = (options) => options.timezone === undefined && offsetAt !== null;
export function zonedMysql(options) {
  if (!isZoned(options)) return { timezone: "Z", ...options };
  const typeCast = (field, next) => (field.type === "DATETIME" || field.type === "TIMESTAMP" ? moment(next()) : next());
  return { typeCast, ...options, timezone: "Z" };
}

export const mysqlParameters = (args) => args.map((arg, at) => (at === 0 ? withValues(arg, shifted) : shifted(arg)));

function shifted(value) {
  if (isDate(value)) return new Date(value.getTime() + shift(value));
  if (Array.isArray(value)) return value.map(shifted);
  if (value === null || typeof value !== "object" || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shifted(item)]));
}

// A script's own object has another realm's prototype.
const isPlain = (value) => {
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

/** The options of a query, `{ text, values }` or `{ sql, values }`, with their values as `change` makes them. */
function withValues(options, change) {
  if (options === null || typeof options !== "object" || !Array.isArray(options.values) || !isPlain(options)) return options;
  return { ...options, values: options.values.map(change) };
}
