async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const net = outside.process.getBuiltinModule('net');
  const dial = (port, host) => new Promise((done, fail) => { const s = net.connect(port, host, () => done('connected')); s.on('error', fail); });
  const tries = {
    net: () => dial(world.otherPort, '127.0.0.1'),
    deno: () => outside.Deno.connect({ hostname: '127.0.0.1', port: world.otherPort }),
    fetch: () => fetch('http://127.0.0.1:' + world.otherPort + '/'),
    axios: () => require('axios').get('http://127.0.0.1:' + world.otherPort + '/'),
    pg: () => new (require('pg').Client)({ host: '127.0.0.1', port: world.otherPort, user: 'a', database: 'b' }).connect(),
    websocket: () => new Promise((done, fail) => { const s = new outside.WebSocket('ws://127.0.0.1:' + world.otherPort); s.onopen = done; s.onerror = fail; }),
    tls: () => outside.Deno.connectTls({ hostname: '127.0.0.1', port: world.otherPort }),
  };
  const got = {};
  for (const [name, act] of Object.entries(tries)) {
    try { await act(); got[name] = 'GOT'; } catch { got[name] = 'refused'; }
  }
  return got;
}
