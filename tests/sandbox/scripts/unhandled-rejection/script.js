async function login() {
  Promise.reject(new Error('nobody listens'));
  await new Promise((done) => setTimeout(done, 50));
  return 'fine';
}
