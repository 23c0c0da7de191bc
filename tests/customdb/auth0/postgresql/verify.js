function verify(email, callback) {
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    const sql = 'update users set email_verified = true where not email_verified and email = $1';
    client.query(sql, [email], function (failure, result) {
      done();
      return callback(failure, result && result.rowCount > 0);
    });
  });
}
