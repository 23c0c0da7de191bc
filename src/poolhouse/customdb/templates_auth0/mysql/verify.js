// The e-mail address is proven to be the user's. Called back with true where that was not known before.
async function verify(email, callback) {
  const mysql = require('mysql2/promise');
  let client, changed;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    const [answer] = await client.execute('UPDATE users SET email_verified = true WHERE NOT email_verified AND email = ?', [email]);
    changed = answer.affectedRows > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
