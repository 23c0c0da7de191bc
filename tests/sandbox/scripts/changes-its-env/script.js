async function login() {
  'use strict';
  const refused = [];
  for (const act of [() => { env.DB_HOST = 'evil'; }, () => { delete env.DB_HOST; }, () => { env.NEW = 1; }, () => { globalThis.env = {}; }]) {
    try { act(); } catch { refused.push(true); }
  }
  return [refused.length, env.DB_HOST];
}
