async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const builtin = (name) => outside.process.getBuiltinModule(name);
  const within = (promise) => Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error('nothing')), 300))]);
  const tries = {
    udp: () => within(new Promise((done, fail) => {
      const s = builtin('dgram').createSocket('udp4');
      s.on('error', fail);
      s.send('x', world.otherPort, '127.0.0.1', (error) => (error ? fail(error) : done()));
    })),
    datagram: () => outside.Deno.listenDatagram({ port: 0, transport: 'udp', hostname: '127.0.0.1' }),
    listen: () => outside.Deno.listen({ port: 0, hostname: '127.0.0.1' }),
    server: () => within(new Promise((done, fail) => builtin('net').createServer().on('error', fail).listen(0, '127.0.0.1', done))),
    unix: () => outside.Deno.connect({ transport: 'unix', path: world.unixSocket }),
    unixNet: () => within(new Promise((done, fail) => builtin('net').connect(world.unixSocket, done).on('error', fail))),
    resolve: () => outside.Deno.resolveDns('secret-as-a-name.invalid', 'A'),
    lookup: () => within(builtin('dns').promises.lookup('secret-as-a-name.invalid')),
    inspector: () => builtin('inspector').open(0, '127.0.0.1'),
  };
  const got = {};
  for (const [name, act] of Object.entries(tries)) {
    try { await act(); got[name] = 'GOT'; } catch { got[name] = 'refused'; }
  }
  return got;
}
