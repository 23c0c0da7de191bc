async function login() {
  Buffer.constructor('return Deno')().exit(0);
}
