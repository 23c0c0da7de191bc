async function deleteUser(id, context) {
  const mysql = require('mysql2/promise');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [result] = await connection.execute('DELETE FROM users WHERE CAST(id AS CHAR) = ?', [String(id)]);
    if (result.affectedRows === 0) {
      throw new Error('User not exists!');
    }
    return true;
  } finally {
    await connection.end();
  }
}
