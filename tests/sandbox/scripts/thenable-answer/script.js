async function login() {
  return { then(done) { done({ id: 7 }); } };
}
