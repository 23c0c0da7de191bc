function getByEmail(email, callback) {
  request({
    url: configuration.PEOPLE_URL,
    method: 'POST',
    headers: { 'x-api-key': configuration.API_KEY },
    json: { email: email }
  }, function (failure, response, body) {
    if (failure) return callback(failure);
    if (response.statusCode === 404) return callback(null);
    if (response.statusCode !== 200) return callback(new Error('the people service answered ' + response.statusCode));
    callback(null, { user_id: body.id, nickname: body.nickname, email: body.email });
  });
}
