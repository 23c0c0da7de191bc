async function login() {
  throw 'User not exists!';
}
