while (true);
async function login() {}
