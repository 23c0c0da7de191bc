async function login() {
  const made = require('lodash');
  const outer = [Buffer.constructor('return new Date()')(), Buffer.constructor('return new Error()')(), Buffer.constructor('return []')()];
  class Own extends Error {}
  return [outer[0] instanceof Date, outer[1] instanceof Error, outer[2] instanceof Array, new Own() instanceof Own, outer[1] instanceof Own, made.isPlainObject({}), [] instanceof Array, {} instanceof Date];
}
