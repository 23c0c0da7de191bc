function remove(id, callback) {
  const { MongoClient, ObjectID } = require('mongodb@3.1.4');
  const client = new MongoClient(configuration.DB_CONNECTION_URI);

  client.connect(function (failure) {
    if (failure) return callback(failure);
    client.db('legacy').collection('people').remove({ _id: new ObjectID(id) }, function (failure) {
      client.close();
      if (failure) return callback(failure);
      callback(null);
    });
  });
}
