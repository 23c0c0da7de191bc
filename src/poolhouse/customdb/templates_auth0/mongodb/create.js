// Inserts a user; `getUser` reads it again. What is unique in the table decides who is already there.
async function create(user, callback) {
  const { MongoClient } = require('mongodb');
  const bcrypt = require('bcrypt');
  let client;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    const row = { emailVerified: user.email_verified || false };
    if (user.email) row.email = user.email.toLowerCase();
    if (user.username) row.username = user.username;
    if (user.phone_number) row.phone = user.phone_number;
    if (user.name) row.name = user.name;
    if (user.nickname) row.nickname = user.nickname;
    if (user.picture) row.photo = user.picture;
    if (user.password) row.password = await bcrypt.hash(user.password, 10);
    await users.insertOne(row);
  } catch (failure) {
    if (failure.code === 11000) {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null);
}
