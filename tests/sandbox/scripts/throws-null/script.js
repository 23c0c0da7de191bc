async function login() {
  throw null;
}
