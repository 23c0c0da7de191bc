function login(email, password, callback) {
  const bcrypt = require('bcrypt');
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    const sql = 'select id, username, email, nickname, email_verified, password from users where email = $1 or username = $1';
    client.query(sql, [email], function (failure, found) {
      done();
      if (failure) return callback(failure);
      if (found.rows.length === 0) return callback(new WrongUsernameOrPasswordError(email, 'no such account'));

      const row = found.rows[0];
      bcrypt.compare(password, row.password, function (failure, fits) {
        if (failure) return callback(failure);
        if (!fits) return callback(new WrongUsernameOrPasswordError(email));
        return callback(null, {
          user_id: row.id,
          username: row.username,
          email: row.email,
          email_verified: row.email_verified,
          nickname: row.nickname,
          user_metadata: { theme: 'dark' }
        });
      });
    });
  });
}
