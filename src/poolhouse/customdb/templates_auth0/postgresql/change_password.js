// Called back with true where there is such a user.
async function changePassword(email, newPassword, callback) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  let client, changed;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    const hashed = await bcrypt.hash(newPassword, 10);
    const known = email.includes('@') ? 'lower(email) = lower($2)' : 'username = $2';
    const answer = await client.query(`UPDATE users SET password = $1 WHERE ${known}`, [hashed, email]);
    changed = answer.rowCount > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
