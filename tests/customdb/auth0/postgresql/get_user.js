function getByEmail(email, callback) {
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    const sql = 'select id, username, email, nickname, email_verified from users where email = $1 or username = $1';
    client.query(sql, [email], function (failure, found) {
      done();
      if (failure || found.rows.length === 0) return callback(failure);
      const row = found.rows[0];
      return callback(null, {
        user_id: row.id,
        username: row.username,
        email: row.email,
        email_verified: row.email_verified,
        nickname: row.nickname
      });
    });
  });
}
