async function login() {
  let text = 'x';
  while (true) text += text;
}
