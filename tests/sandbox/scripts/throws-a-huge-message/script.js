async function login() {
  throw new Error('x'.repeat(5 * 1024 * 1024));
}
