// Finds a user without a password. Call back with null for nobody.
async function getByEmail(email, callback) {
  const mysql = require('mysql2/promise');
  let client, user;
  try {
    client = await mysql.createConnection(configuration.DB_CONNECTION_URI);
    user = await find(client, email);
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  return callback(null, user ? profile(user) : null);
}

// Who has this e-mail address, or else this username, or else this phone number.
async function find(client, text) {
  const sql = text.includes('@')
    ? 'SELECT * FROM users WHERE email = ?'
    : 'SELECT * FROM users WHERE username = ? OR phone = ? ORDER BY username = ? DESC LIMIT 1';
  const [rows] = await client.execute(sql, text.includes('@') ? [text] : [text, text, text]);
  return rows[0];
}

function profile(user) {
  return {
    user_id: user.id,
    email: user.email,
    email_verified: Boolean(user.email_verified),
    username: user.username,
    phone_number: user.phone,
    phone_verified: Boolean(user.phone_verified),
    name: user.name,
    nickname: user.nickname,
    picture: user.photo,
    blocked: Boolean(user.blocked),
  };
}
