async function login() {
  return new Array(3e6).fill(1);
}
