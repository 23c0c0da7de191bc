// Inserts a user; `getUser` reads it again. What is unique in the table decides who is already there.
async function create(user, callback) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  let client, hashed;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    hashed = user.password ? await bcrypt.hash(user.password, 10) : null;
    await client.execute(
      `INSERT INTO users (email, email_verified, username, phone, name, nickname, photo, password)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        user.email || null, user.email_verified || false, user.username || null, user.phone_number || null,
        user.name || null, user.nickname || null, user.picture || null, hashed,
      ],
    );
  } catch (failure) {
    if (failure.code === 'ER_DUP_ENTRY') {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null);
}
