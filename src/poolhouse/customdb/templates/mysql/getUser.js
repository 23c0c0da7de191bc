// Finds one user without checking a password. Return null for nobody; do not throw.
async function getUser(query, context) {
  const mysql = require('mysql2/promise');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [rows] = await connection.execute(
      'SELECT * FROM users WHERE CAST(id AS CHAR) = ? OR email = ? OR phone = ? OR username = ? LIMIT 1',
      [query.id ? String(query.id) : null, query.email || null, query.phone || null, query.username || null],
    );
    return rows[0] ? profile(rows[0]) : null;
  } finally {
    await connection.end();
  }
}

function profile(user) {
  return {
    id: user.id,
    email: user.email,
    phone: user.phone,
    username: user.username,
    name: user.name,
    nickname: user.nickname,
    photo: user.photo,
    company: user.company,
    gender: user.gender,
    emailVerified: Boolean(user.email_verified),
    phoneVerified: Boolean(user.phone_verified),
    blocked: Boolean(user.blocked),
    loginsCount: user.logins_count,
  };
}
