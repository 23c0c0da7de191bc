// Finds users whose fields hold the keyword. % and _ are plain characters.
async function searchUser(keyword, context) {
  const mysql = require('mysql2/promise');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const pattern = '%' + keyword.replace(/[|%_]/g, '|$&') + '%';
    const fields = ['username', 'email', 'phone', 'name', 'nickname', 'company'];
    // username compares with case; a search does not.
    const where = fields.map((field) => `LOWER(${field}) LIKE LOWER(?) ESCAPE '|'`).join(' OR ');
    const [rows] = await connection.execute(
      `SELECT * FROM users WHERE ${where} ORDER BY created_at DESC, id LIMIT 1000`,
      fields.map(() => pattern),
    );
    let totalCount = rows.length;
    if (totalCount === 1000) {
      const [[counted]] = await connection.execute(
        `SELECT COUNT(*) AS total FROM users WHERE ${where}`,
        fields.map(() => pattern),
      );
      totalCount = counted.total;
    }
    return { totalCount, list: rows.map(profile) };
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
