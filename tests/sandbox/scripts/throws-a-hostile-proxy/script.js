async function login() {
  const trap = () => { throw new Error('trapped'); };
  throw new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap });
}
