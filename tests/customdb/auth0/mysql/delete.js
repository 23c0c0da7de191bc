function remove(id, callback) {
  const mysql = require('mysql');
  const connection = mysql.createConnection(configuration.DB_CONNECTION_URI);
  connection.connect();
  connection.query('DELETE FROM users WHERE id = ?', [id], function (failure) {
    connection.end();
    if (failure) return callback(failure);
    callback(null);
  });
}
