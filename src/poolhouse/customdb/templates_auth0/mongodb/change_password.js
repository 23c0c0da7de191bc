// Called back with true where there is such a user.
async function changePassword(email, newPassword, callback) {
  const { MongoClient } = require('mongodb');
  const bcrypt = require('bcrypt');
  let client, changed;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    const hashed = await bcrypt.hash(newPassword, 10);
    const known = email.includes('@') ? { email: email.toLowerCase() } : { username: email };
    changed = (await users.updateOne(known, { $set: { password: hashed } })).matchedCount > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null, changed);
}
