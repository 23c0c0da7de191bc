async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const got = {};
  for (const host of ['127.0.0.2', 'localhost', '[::1]', '0.0.0.0', '[::ffff:127.0.0.2]', '2130706434', '0x7f.0.0.2', '127.2']) {
    try { await fetch('http://' + host + ':' + world.allowedPort + '/'); got[host] = 'GOT'; } catch { got[host] = 'refused'; }
  }
  for (const hostname of ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254']) {
    // Asked, not dialled: a test sends nothing outside.
    const answer = await outside.Deno.permissions.query({ name: 'net', host: (hostname.includes(':') ? '[' + hostname + ']' : hostname) + ':80' });
    got[hostname] = answer.state === 'denied' ? 'refused' : 'GOT ' + answer.state;
  }
  return got;
}
