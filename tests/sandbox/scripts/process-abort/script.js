async function login() {
  Buffer.constructor('return process')().abort();
}
