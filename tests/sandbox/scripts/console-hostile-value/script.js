async function login() {
  const trap = () => { throw new Error('trapped'); };
  console.log(new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap }));
  console.log({ get secret() { throw new Error('x'); } });
  return 'printed';
}
