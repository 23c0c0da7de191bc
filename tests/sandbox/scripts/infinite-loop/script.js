async function login() {
  while (true);
}
