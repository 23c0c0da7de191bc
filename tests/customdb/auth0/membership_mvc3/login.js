function login(email, password, callback) {
  const crypto = require('crypto');
  const postgres = require('pg');

  // The provider fills the 64 bytes of an HMAC key by repeating the salt.
  function hashPassword(password, salt) {
    const key = Buffer.concat([salt, salt, salt, salt]);
    const hmac = crypto.createHmac('sha256', key);
    hmac.update(Buffer.from(password, 'ucs2'));
    return hmac.digest('base64');
  }

  const client = new postgres.Client(configuration.DB_CONNECTION_URI);
  client.connect(function (failure) {
    if (failure) return callback(failure);
    getMembershipUser(email, function (failure, user) {
      client.end();
      if (failure || !user || !user.profile) return callback(failure || new WrongUsernameOrPasswordError(email));
      const salt = Buffer.from(user.password.salt, 'base64');
      if (hashPassword(password, salt) !== user.password.password) {
        return callback(new WrongUsernameOrPasswordError(email));
      }
      callback(null, user.profile);
    });
  });

  function getMembershipUser(usernameOrEmail, done) {
    const sql = 'select m.userid, m.email, u.username, m.password, m.passwordsalt from memberships m ' +
      'join users u on u.userid = m.userid where m.email = $1 or u.username = $1';
    client.query(sql, [usernameOrEmail], function (failure, found) {
      if (failure || found.rows.length < 1) return done(failure);
      const row = found.rows[0];
      done(null, {
        profile: { user_id: row.userid, nickname: row.username, email: row.email },
        password: { password: row.password, salt: row.passwordsalt }
      });
    });
  }
}
