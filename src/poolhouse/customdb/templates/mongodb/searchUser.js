// Finds users whose fields hold the keyword, which is text and no pattern.
async function searchUser(keyword, context) {
  const { MongoClient } = require('mongodb');
  const { escapeRegExp } = require('lodash');
  const holds = { $regex: escapeRegExp(keyword), $options: 'i' };
  const fields = ['username', 'email', 'phone', 'name', 'nickname', 'company'];

  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const filter = { $or: fields.map((field) => ({ [field]: holds })) };
    const found = await users.find(filter).sort({ _id: -1 }).limit(1000).toArray();
    const totalCount = found.length < 1000 ? found.length : await users.countDocuments(filter);
    return { totalCount, list: found.map(profile) };
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
