async function changeUsername(username, newUsername, callback) {
  const { Client } = require('pg@8.2.1');
  const client = new Client(configuration.DB_CONNECTION_URI);
  try {
    await client.connect();
    const { rowCount } = await client.query('update users set username = $1 where username = $2', [newUsername, username]);
    callback(null, rowCount > 0);
  } catch (failure) {
    callback(failure);
  } finally {
    await client.end();
  }
}
