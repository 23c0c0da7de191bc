// The e-mail address is proven to be the user's. Called back with true where that was not known before.
async function verify(email, callback) {
  const { Client } = require('pg');
  let client, changed;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    const answer = await client.query('UPDATE users SET email_verified = true WHERE NOT email_verified AND lower(email) = lower($1)', [email]);
    changed = answer.rowCount > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
