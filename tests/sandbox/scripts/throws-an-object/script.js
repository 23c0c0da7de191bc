async function login() {
  throw { code: 'E1', reason: 'because' };
}
