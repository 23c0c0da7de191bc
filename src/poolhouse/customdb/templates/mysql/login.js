// Checks a password against your users table. Throw to refuse; the message reaches the person logging in.
async function login(query, password, context) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [rows] = await connection.execute(
      'SELECT * FROM users WHERE email = ? OR phone = ? OR username = ? LIMIT 1',
      [query.email || null, query.phone || null, query.username || null],
    );
    const user = rows[0];
    if (!user) {
      throw new Error('User not exists!');
    }
    if (!user.password || !(await bcrypt.compare(password, user.password))) {
      throw new Error('Password is not valid!');
    }
    return profile(user);
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
