async function remove(id, callback) {
  const { Client } = require('pg');
  let client;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    await client.query('DELETE FROM users WHERE id::text = $1', [id]);
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null);
}
