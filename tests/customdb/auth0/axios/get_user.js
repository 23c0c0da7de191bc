async function getUserAsync(email, callback) {
  const axios = require('axios@0.22.0');

  let response;
  try {
    response = await axios.post(configuration.PEOPLE_URL, { email: email }, {
      timeout: 10000,
      headers: { 'x-api-key': configuration.API_KEY }
    });
  } catch (failure) {
    if (failure.response.status === 404) return callback(null, null);
    return callback(new Error(failure.message));
  }
  return callback(null, { user_id: response.data.id, nickname: response.data.nickname, email: response.data.email });
}
