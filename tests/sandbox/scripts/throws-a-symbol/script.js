async function login() {
  throw Symbol('odd');
}
