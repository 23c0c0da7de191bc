async function login(world) {
  const outer = Buffer.constructor('p', 'return import(p)');
  const got = {};
  for (const address of ['http://127.0.0.1:' + world.allowedPort + '/module.js', 'https://127.0.0.2:' + world.allowedPort + '/a.ts', 'file://' + world.workerFile + '.json', "data:text/javascript,import 'file://" + world.secretFile + "'"]) {
    for (const [name, load] of [['inner ', (a) => import(a)], ['outer ', outer]]) {
      try { await load(address); got[name + address] = 'GOT'; } catch { got[name + address] = 'refused'; }
    }
  }
  for (const name of ['fs', 'node:fs', 'net', 'child_process', 'dns', 'http2', 'vm', 'worker_threads', 'pg-pool', '../worker.mjs', '/etc/hostname', 'pg/package.json']) {
    try { require(name); got['require ' + name] = 'GOT'; } catch (error) { got['require ' + name] = error.code === 'MODULE_NOT_FOUND' ? 'refused' : 'odd'; }
  }
  return got;
}
