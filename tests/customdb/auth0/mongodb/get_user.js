function getByEmail(email, callback) {
  const MongoClient = require('mongodb').MongoClient;
  const client = new MongoClient(configuration.DB_CONNECTION_URI);

  client.connect(function (failure) {
    if (failure) return callback(failure);
    client.db('legacy').collection('people').findOne({ email: email }, function (failure, found) {
      client.close();
      if (failure) return callback(failure);
      if (!found) return callback(null, null);
      return callback(null, { user_id: found._id.toString(), nickname: found.nickname, email: found.email });
    });
  });
}
