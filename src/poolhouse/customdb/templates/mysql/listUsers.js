// One page, newest first. The order is total, so pages neither repeat nor lose anybody.
async function listUsers(page, limit, context) {
  const mysql = require('mysql2/promise');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [counted] = await connection.query('SELECT count(*) AS total FROM users');
    const [rows] = await connection.query(
      'SELECT * FROM users ORDER BY created_at DESC, id LIMIT ? OFFSET ?',
      [limit, (page - 1) * limit],
    );
    return { totalCount: Number(counted[0].total), list: rows.map(profile) };
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
