// Inserts a user; `getUser` reads it again. What is unique in the table decides who is already there.
async function create(user, callback) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  let client, hashed;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    hashed = user.password ? await bcrypt.hash(user.password, 10) : null;
    await client.query(
      `INSERT INTO users (email, email_verified, username, phone, name, nickname, photo, password)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        user.email || null, user.email_verified || false, user.username || null, user.phone_number || null,
        user.name || null, user.nickname || null, user.picture || null, hashed,
      ],
    );
  } catch (failure) {
    if (failure.code === '23505') {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null);
}
