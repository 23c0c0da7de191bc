// What an attacker would do with a handle of the outer realm. Every attempt answers "refused" or what it got.
async function loot(handle, world) {
  const outside = reach(handle) ?? Buffer.constructor('return globalThis')();
  const { Deno, process } = outside;
  const builtin = (name) => process.getBuiltinModule(name);
  const soon = (promise) => Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error("nothing")), 80))]);
  const ended = (child) => soon(new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done('ran') : fail(new Error('code ' + code))));
  }));
  const attempts = {
    'file by fs': () => builtin('fs').readFileSync(world.secretFile, 'utf8'),
    'file by Deno': () => Deno.readTextFileSync(world.secretFile),
    'file by import': () => outside.Function('p', 'return import(p, { with: { type: "text" } })')('file://' + world.secretFile),
    'file by require': () => builtin('module').createRequire('file:///')(world.foreignModules + '/secret.json'),
    'own environ': () => Deno.readTextFileSync('/proc/self/environ'),
    'server environ': () => builtin('fs').readFileSync('/proc/' + world.serverPid + '/environ', 'utf8'),
    'write': () => builtin('fs').writeFileSync(world.outbox, 'x'),
    'environment': () => { const all = Object.keys({ ...process.env, ...Deno.env.toObject() }); if (!all.length) throw new Error('empty'); return all; },
    'process by Deno': () => new Deno.Command('/usr/bin/id').outputSync(),
    'process by spawn': () => ended(builtin('child_process').spawn('/usr/bin/id')),
    'library': () => Deno.dlopen('libc.so.6', {}),
    'kill the server': () => process.kill(world.serverPid, 'SIGTERM'),
    'kill the neighbour': () => process.kill(world.neighbourPid, 'SIGKILL'),
    'memory of the neighbour': () => builtin('fs').openSync('/proc/' + world.neighbourPid + '/mem', 'r'),
    'other port': () => Deno.connect({ hostname: '127.0.0.1', port: world.otherPort }),
    'other host': () => Deno.connect({ hostname: '127.0.0.2', port: world.allowedPort }),
    'unix socket': () => Deno.connect({ transport: 'unix', path: world.unixSocket }),
    'storage of others': () => outside.localStorage.getItem('x'),
    'permission': async () => { if ((await Deno.permissions.request({ name: 'read' })).state !== 'granted') throw new Error('no'); },
  };
  const got = {};
  for (const [name, act] of Object.entries(attempts)) {
    try { got[name] = 'GOT ' + JSON.stringify(await act() ?? null); } catch { got[name] = 'refused'; }
  }
  return got;
}

// The outer global object, from a Function constructor, a function made by one, an object, a module or itself.
function reach(handle) {
  const ways = [
    () => handle('return globalThis')(), () => handle.constructor('return globalThis')(),
    () => handle.constructor.constructor('return globalThis')(), () => handle(), () => handle,
  ];
  for (const way of ways) {
    try { const found = way(); if (found?.Deno) return found; } catch { /* the next way */ }
  }
  return null;
}
