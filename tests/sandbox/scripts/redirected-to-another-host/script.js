async function login(world) {
  const got = {};
  for (const to of [world.otherPort + '', 'elsewhere']) {
    const url = 'http://127.0.0.1:' + world.allowedPort + '/redirect/' + to;
    try { await fetch(url); got['fetch ' + (to === 'elsewhere' ? to : 'port')] = 'GOT'; } catch { got['fetch ' + (to === 'elsewhere' ? to : 'port')] = 'refused'; }
    try { await require('axios').get(url); got['axios ' + (to === 'elsewhere' ? to : 'port')] = 'GOT'; } catch { got['axios ' + (to === 'elsewhere' ? to : 'port')] = 'refused'; }
  }
  return got;
}
