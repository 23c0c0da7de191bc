async function logIn() {}
