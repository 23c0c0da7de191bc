async function deleteUser(id, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const result = await client.query('DELETE FROM users WHERE id::text = $1', [String(id)]);
    if (result.rowCount === 0) {
      throw new Error('User not exists!');
    }
    return true;
  } finally {
    await client.end();
  }
}
