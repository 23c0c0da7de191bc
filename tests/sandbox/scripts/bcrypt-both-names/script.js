async function login() {
  const bcrypt = require('bcrypt');
  const hash = bcrypt.hashSync('密码', bcrypt.genSaltSync(4));
  const viaCallback = await new Promise((done, fail) => bcrypt.compare('密码', hash, (e, same) => (e ? fail(e) : done(same))));
  return [await bcrypt.compare('密码', hash), bcrypt.compareSync('x', hash), viaCallback, require('bcryptjs') === bcrypt, bcrypt.getRounds(hash), await bcrypt.compare('x', 'not a hash')];
}
