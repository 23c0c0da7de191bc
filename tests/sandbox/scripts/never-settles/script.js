async function login() {
  console.log('waiting');
  await new Promise(() => {});
}
