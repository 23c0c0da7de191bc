async function login() {
  Buffer.constructor('return process')().getBuiltinModule('node:fs').writeSync(1, new Uint8Array([0, 0, 16, 0]));
  return 'swallowed';
}
