async function login() {
  return { big: 12345678901234567890n, none: undefined, when: new Date(0), nan: NaN, map: new Map([[1, 2]]), bytes: Buffer.from('hi') };
}
