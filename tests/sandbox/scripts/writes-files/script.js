async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const fs = outside.process.getBuiltinModule('fs');
  const tries = {
    builtin: () => fs.writeFileSync(world.outbox, 'x'),
    deno: () => outside.Deno.writeTextFileSync(world.outbox, 'x'),
    mkdir: () => fs.mkdirSync(world.outbox),
    temporary: () => outside.Deno.makeTempFileSync(),
    sqlite: () => new (outside.process.getBuiltinModule('sqlite').DatabaseSync)(world.outbox).exec('create table t (a)'),
    attach: () => new (outside.process.getBuiltinModule('sqlite').DatabaseSync)(':memory:').exec("attach '" + world.outbox + "' as f; create table f.t (a)"),
    storage: () => outside.localStorage.setItem('a', 'b'),
    caches: () => outside.caches.open('a'),
    kv: () => outside.Deno.openKv(),
  };
  const got = {};
  for (const [name, act] of Object.entries(tries)) {
    try { await act(); got[name] = 'GOT'; } catch { got[name] = 'refused'; }
  }
  return got;
}
