async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  const fs = outside.process.getBuiltinModule('fs');
  const tries = {
    require: () => require('fs').readFileSync(world.secretFile, 'utf8'),
    builtin: () => fs.readFileSync(world.secretFile, 'utf8'),
    deno: () => outside.Deno.readTextFileSync(world.secretFile),
    import: () => import('file://' + world.secretFile, { with: { type: 'text' } }),
    outerImport: () => outside.Function('p', 'return import(p, { with: { type: "text" } })')('file://' + world.secretFile),
    fetch: () => fetch('file://' + world.secretFile).then((r) => r.text()),
    environ: () => fs.readFileSync('/proc/self/environ', 'utf8'),
    maps: () => outside.Deno.readTextFileSync('/proc/self/maps'),
    parent: () => fs.readFileSync('/proc/' + world.serverPid + '/environ', 'utf8'),
    list: () => fs.readdirSync('/'),
    worker: () => outside.Deno.readTextFileSync(world.workerFile),
    sqlite: () => new (outside.process.getBuiltinModule('sqlite').DatabaseSync)(world.secretFile),
  };
  return await attempt(tries);
}
async function attempt(tries) {
  const got = {};
  for (const [name, act] of Object.entries(tries)) {
    try { got[name] = 'GOT ' + JSON.stringify(await act()); } catch (error) { got[name] = 'refused'; }
  }
  return got;
}
