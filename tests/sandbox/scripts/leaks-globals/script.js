async function login() {
  const found = [globalThis.leaked, [].leaked, ({}).leaked, Date.now === 7, String(JSON.parse) === 'x'];
  globalThis.leaked = 'yes';
  Array.prototype.leaked = 'yes';
  Object.prototype.leaked = 'yes';
  Promise.prototype.then.leaked = 'yes';
  JSON.parse = () => ({ id: 'forged' });
  JSON.stringify = () => '"forged"';
  Date.now = 7;
  return found;
}
