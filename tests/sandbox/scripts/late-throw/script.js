async function login() {
  setTimeout(() => { throw new Error('too late'); }, 20);
  return 'fine';
}
