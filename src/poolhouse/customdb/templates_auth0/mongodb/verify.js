// The e-mail address is proven to be the user's. Called back with true where that was not known before.
async function verify(email, callback) {
  const { MongoClient } = require('mongodb');
  let client, changed;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    const known = { email: email.toLowerCase(), emailVerified: { $ne: true } };
    changed = (await users.updateOne(known, { $set: { emailVerified: true } })).matchedCount > 0;
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null, changed);
}
