async function login() {
  const outside = Buffer.constructor('return globalThis')();
  return { here: Object.keys(process.env), outside: Object.keys(outside.process.env), marker: outside.process.env.POOLHOUSE_TEST_SANDBOX_MARKER ?? 'nothing' };
}
