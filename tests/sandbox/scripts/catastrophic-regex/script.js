async function login() {
  return /^(a+)+$/.test('a'.repeat(60) + '!');
}
