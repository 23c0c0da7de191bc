function login(email, password, callback) {
  const mysql = require('mysql@2.18.1');
  const bcrypt = require('bcrypt');

  const connection = mysql({
    host: configuration.DB_HOST,
    port: configuration.DB_PORT,
    user: configuration.DB_USERNAME,
    password: configuration.DB_PASSWORD,
    database: configuration.DB_DATABASE
  });
  connection.connect();

  connection.query('SELECT id, nickname, email, password FROM users WHERE email = ?', [email], function (failure, rows) {
    connection.end();
    if (failure) return callback(failure);
    if (rows.length === 0) return callback(new WrongUsernameOrPasswordError(email));
    const row = rows[0];
    bcrypt.compare(password, row.password, function (failure, fits) {
      if (failure) return callback(failure);
      if (!fits) return callback(new WrongUsernameOrPasswordError(email));
      callback(null, { user_id: row.id.toString(), nickname: row.nickname, email: row.email });
    });
  });
}
