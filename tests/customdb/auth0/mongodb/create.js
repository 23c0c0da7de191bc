function create(user, callback) {
  const bcrypt = require('bcrypt');
  const MongoClient = require('mongodb').MongoClient;
  const client = new MongoClient(configuration.DB_CONNECTION_URI);

  client.connect(function (failure) {
    if (failure) return callback(failure);
    const people = client.db('legacy').collection('people');
    people.findOne({ email: user.email }, function (failure, found) {
      if (failure || found) {
        client.close();
        return callback(failure || new ValidationError('user_exists', 'there is one'));
      }
      bcrypt.hash(user.password, 4, function (failure, hashed) {
        if (failure) {
          client.close();
          return callback(failure);
        }
        people.insert({ email: user.email, password: hashed }, function (failure, inserted) {
          client.close();
          if (failure) return callback(failure);
          callback(null);
        });
      });
    });
  });
}
