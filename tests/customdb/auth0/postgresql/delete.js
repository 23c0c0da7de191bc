function remove(id, callback) {
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    client.query('delete from users where id = $1', [id], function (failure) {
      done();
      return callback(failure);
    });
  });
}
