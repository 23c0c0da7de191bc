async function login(world) {
  const { data } = await require('axios').get('http://127.0.0.1:' + world.allowedPort + '/hello');
  return data;
}
