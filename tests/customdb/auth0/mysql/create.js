function create(user, callback) {
  const mysql = require('mysql');
  const bcrypt = require('bcrypt');

  const connection = mysql.createConnection(configuration.DB_CONNECTION_URI);
  connection.connect();

  bcrypt.hash(user.password, 4, function (failure, hashed) {
    if (failure) return callback(failure);
    connection.query('INSERT INTO users SET ?', { email: user.email, password: hashed }, function (failure, result) {
      connection.end();
      if (failure && failure.code === 'ER_DUP_ENTRY') return callback(new ValidationError('user_exists'));
      if (failure) return callback(failure);
      callback(null);
    });
  });
}
