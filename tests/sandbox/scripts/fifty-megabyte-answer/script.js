async function login() {
  return { id: 1, photo: 'x'.repeat(50 * 1024 * 1024) };
}
