// Called back with true where there is such a user.
async function changePassword(email, newPassword, callback) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  let client, changed;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    const hashed = await bcrypt.hash(newPassword, 10);
    const known = email.includes('@') ? 'email = ?' : 'username = ?';
    const [answer] = await client.execute(`UPDATE users SET password = ? WHERE ${known}`, [hashed, email]);
    changed = answer.affectedRows > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
