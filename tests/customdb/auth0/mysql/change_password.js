function changePassword(email, newPassword, callback) {
  const mysql = require('mysql');
  const bcrypt = require('bcrypt');

  const connection = mysql.createConnection(configuration.DB_CONNECTION_URI);
  connection.connect();

  bcrypt.hash(newPassword, 4, function (failure, hashed) {
    if (failure) return callback(failure);
    connection.query('UPDATE users SET password = ? WHERE email = ?', [hashed, email], function (failure, result) {
      connection.end();
      if (failure) return callback(failure);
      callback(null, result.length > 0);
    });
  });
}
