async function login() {
  return { get id() { throw new Error('no id today'); } };
}
