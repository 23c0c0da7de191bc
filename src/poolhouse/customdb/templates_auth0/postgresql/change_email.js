async function changeEmail(email, newEmail, verified, callback) {
  const { Client } = require('pg');
  let client, changed;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    const answer = await client.query('UPDATE users SET email = $1, email_verified = $2 WHERE lower(email) = lower($3)', [newEmail, verified, email]);
    changed = answer.rowCount > 0;
  } catch (failure) {
    if (failure.code === '23505') {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, changed);
}
