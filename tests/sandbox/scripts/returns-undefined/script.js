async function login() {}
