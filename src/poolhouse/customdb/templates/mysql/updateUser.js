// Changes the columns it knows. Keys your table has no column for are left out.
async function updateUser(id, updates, context) {
  const mysql = require('mysql2/promise');
  const bcrypt = require('bcrypt');
  const columns = {
    email: 'email', phone: 'phone', username: 'username', name: 'name', nickname: 'nickname',
    photo: 'photo', company: 'company', gender: 'gender', emailVerified: 'email_verified',
    phoneVerified: 'phone_verified', blocked: 'blocked', loginsCount: 'logins_count',
  };
  const given = Object.keys(columns).filter((key) => updates[key] !== undefined);
  const sets = given.map((key) => `${columns[key]} = ?`);
  const values = given.map((key) => updates[key]);
  if (updates.password) {
    sets.push('password = ?');
    values.push(await bcrypt.hash(updates.password, 10));
  }
  if (sets.length === 0) {
    return null;
  }

  const connection = await mysql.createConnection(env.DB_CONNECTION_URI);
  try {
    await connection.execute(
      `UPDATE users SET ${sets.join(', ')} WHERE CAST(id AS CHAR) = ?`,
      [...values, String(id)],
    );
    const [rows] = await connection.execute('SELECT * FROM users WHERE CAST(id AS CHAR) = ?', [String(id)]);
    if (rows.length === 0) {
      throw new Error('User not exists!');
    }
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
