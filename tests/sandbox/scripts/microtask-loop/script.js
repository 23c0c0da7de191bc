async function login() {
  while (true) await null;
}
