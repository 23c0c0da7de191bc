async function remove(id, callback) {
  const { MongoClient, ObjectId } = require('mongodb');
  let client;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    await users.deleteOne({ _id: new ObjectId(id) });
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null);
}
