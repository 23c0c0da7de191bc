function getByEmail(email, callback) {
  const mysql = require('mysql');

  const connection = mysql.createConnection({
    host: configuration.DB_HOST,
    port: configuration.DB_PORT,
    user: configuration.DB_USERNAME,
    password: configuration.DB_PASSWORD,
    database: configuration.DB_DATABASE
  });
  connection.connect();

  connection.query('SELECT id, nickname, email FROM users WHERE email = ?', [email], function (failure, rows) {
    connection.end();
    if (failure || rows.length === 0) return callback(failure || null);
    callback(null, { user_id: rows[0].id.toString(), nickname: rows[0].nickname, email: rows[0].email });
  });
}
