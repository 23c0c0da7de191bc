async function login(world) {
  const { createRequire } = Buffer.constructor('return process')().getBuiltinModule('module');
  const got = {};
  for (const name of ['secret.json', 'secret.cjs']) {
    try { got[name] = 'GOT ' + JSON.stringify(createRequire('file:///')(world.foreignModules + '/' + name)); } catch { got[name] = 'refused'; }
  }
  return got;
}
