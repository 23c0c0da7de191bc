async function login() {
  process.exit(0);
}
