async function login() {
  return { id: 1, toJSON() { throw new Error('no JSON today'); } };
}
