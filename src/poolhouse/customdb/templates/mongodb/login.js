// Checks a password against your users. Throw to refuse; the message reaches the person logging in.
async function login(query, password, context) {
  const { MongoClient } = require('mongodb');
  const bcrypt = require('bcrypt');
  const either = [];
  if (query.email) either.push({ email: query.email.toLowerCase() });
  if (query.phone) either.push({ phone: query.phone });
  if (query.username) either.push({ username: query.username });

  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const user = await users.findOne({ $or: either });
    if (!user) {
      throw new Error('User not exists!');
    }
    if (!user.password || !(await bcrypt.compare(password, user.password))) {
      throw new Error('Password is not valid!');
    }
    return profile(user);
  } finally {
    await client.close();
  }
}

function profile(user) {
  return {
    id: user._id.toString(),
    email: user.email,
    phone: user.phone,
    username: user.username,
    name: user.name,
    nickname: user.nickname,
    photo: user.photo,
    company: user.company,
    gender: user.gender,
    emailVerified: user.emailVerified,
    phoneVerified: user.phoneVerified,
    blocked: user.blocked,
    loginsCount: user.loginsCount,
  };
}
