async function login() {
  const user = { id: 1 };
  user.self = user;
  return user;
}
