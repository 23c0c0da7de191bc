function (email, newEmail, verified, callback) {
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    const sql = 'update users set email = $1, email_verified = $2 where email = $3';
    client.query(sql, [newEmail, verified, email], function (failure, result) {
      done();
      return callback(failure, result && result.rowCount > 0);
    });
  });
}
