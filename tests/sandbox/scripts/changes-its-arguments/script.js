async function login(world) {
  delete world.allowedPort;
  world.injected = true;
  return Object.keys(world).includes('injected');
}
