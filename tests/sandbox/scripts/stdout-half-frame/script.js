async function login() {
  Buffer.constructor('return Deno')().stdout.writeSync(new Uint8Array([0, 0, 16, 0]));
  return 'swallowed';
}
