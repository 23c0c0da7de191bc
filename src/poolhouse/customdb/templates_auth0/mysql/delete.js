async function remove(id, callback) {
  const mysql = require('mysql2/promise');
  let client;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    await client.execute('DELETE FROM users WHERE CAST(id AS CHAR) = ?', [id]);
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null);
}
