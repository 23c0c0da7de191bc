function login(email, password, callback) {
  const crypto = require('crypto');
  const postgres = require('pg');

  function fixedTimeComparison(a, b) {
    let mismatch = a.length === b.length ? 0 : 1;
    if (mismatch) b = a;
    for (let i = 0; i < a.length; ++i) mismatch += a.charCodeAt(i) === b.charCodeAt(i) ? 0 : 1;
    return mismatch === 0;
  }

  // A zero byte, sixteen of salt, thirty-two of hash.
  function validatePassword(password, originalHash, done) {
    const bytes = Buffer.from(originalHash, 'base64');
    const salt = bytes.slice(1, 17);
    const hash = bytes.slice(17, 49);
    crypto.pbkdf2(password, salt, 1000, hash.length, 'sha1', function (failure, hashed) {
      if (failure) return done(failure);
      done(null, fixedTimeComparison(hash.toString('base64'), Buffer.from(hashed, 'binary').toString('base64')));
    });
  }

  const client = new postgres.Client(configuration.DB_CONNECTION_URI);
  client.connect(function (failure) {
    if (failure) return callback(failure);
    const sql = 'select p.userid, p.username, m.password from webpages_membership m ' +
      'join userprofile p on p.userid = m.userid where p.username = $1';
    client.query(sql, [email], function (failure, found) {
      client.end();
      if (failure || found.rows.length < 1) return callback(failure || new WrongUsernameOrPasswordError(email));
      const row = found.rows[0];
      validatePassword(password, row.password, function (failure, fits) {
        if (failure || !fits) return callback(failure || new WrongUsernameOrPasswordError(email));
        callback(null, { user_id: row.userid, nickname: row.username, email: row.username });
      });
    });
  });
}
