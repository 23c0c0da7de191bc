function changePassword(email, newPassword, callback) {
  const bcrypt = require('bcrypt');
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    bcrypt.hash(newPassword, 4, function (failure, hashed) {
      if (failure) {
        done();
        return callback(failure);
      }
      client.query('update users set password = $1 where email = $2', [hashed, email], function (failure, result) {
        done();
        return callback(failure, result && result.rowCount > 0);
      });
    });
  });
}
