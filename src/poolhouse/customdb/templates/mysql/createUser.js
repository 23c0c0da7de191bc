// Inserts a user. The unique keys of the table decide who is already there.
async function createUser(userinfo, context) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  const columns = {
    email: 'email', phone: 'phone', username: 'username', name: 'name', nickname: 'nickname',
    photo: 'photo', company: 'company', gender: 'gender', emailVerified: 'email_verified',
    phoneVerified: 'phone_verified', blocked: 'blocked', loginsCount: 'logins_count',
  };
  const given = Object.keys(columns).filter((key) => userinfo[key] !== undefined && userinfo[key] !== null);
  const names = given.map((key) => columns[key]);
  const values = given.map((key) => userinfo[key]);
  if (userinfo.password) {
    names.push('password');
    values.push(await bcrypt.hash(userinfo.password, 10));
  }

  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    const [inserted] = await connection.execute(
      `INSERT INTO users (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      values,
    );
    const [rows] = await connection.execute('SELECT * FROM users WHERE id = ?', [inserted.insertId]);
    return profile(rows[0]);
  } catch (error) {
    if (error.code === 'ER_DUP_ENTRY') {
      throw new Error('User already exists!');
    }
    throw error;
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
