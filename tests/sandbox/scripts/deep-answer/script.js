async function login() {
  let deep = {};
  for (let i = 0; i < 4000; i++) deep = { deep };
  return deep;
}
