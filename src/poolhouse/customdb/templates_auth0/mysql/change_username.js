async function changeUsername(username, newUsername, callback) {
  const mysql = require('mysql2/promise');
  let client, changed;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    const [answer] = await client.execute('UPDATE users SET username = ? WHERE username = ?', [newUsername, username]);
    changed = answer.affectedRows > 0;
  } catch (failure) {
    if (failure.code === 'ER_DUP_ENTRY') {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
