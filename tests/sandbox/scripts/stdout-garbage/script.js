async function login() {
  Buffer.constructor('return Deno')().stdout.writeSync(new Uint8Array(64).fill(255));
  await new Promise(() => {});
}
