// Whether this is the user's password: true or false. Throw only when there is no such user.
async function validatePassword(id, password, context) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [rows] = await connection.execute('SELECT password FROM users WHERE CAST(id AS CHAR) = ?', [String(id)]);
    if (rows.length === 0) {
      throw new Error('User not exists!');
    }
    return rows[0].password ? bcrypt.compare(password, rows[0].password) : false;
  } finally {
    await connection.end();
  }
}
