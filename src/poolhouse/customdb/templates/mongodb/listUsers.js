// One page, newest first. The order is total, so pages neither repeat nor lose anybody.
async function listUsers(page, limit, context) {
  const { MongoClient } = require('mongodb');
  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const totalCount = await users.countDocuments({});
    const found = await users.find({}).sort({ _id: -1 }).skip((page - 1) * limit).limit(limit).toArray();
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
