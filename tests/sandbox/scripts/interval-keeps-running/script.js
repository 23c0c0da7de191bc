async function login() {
  setInterval(() => console.log('still here'), 10);
  return 'done';
}
