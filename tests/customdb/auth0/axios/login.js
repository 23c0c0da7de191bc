async function loginAsync(email, password, callback) {
  const axios = require('axios@0.22.0');

  let response;
  try {
    response = await axios.post(configuration.LOGIN_URL, { email: email, password: password }, {
      timeout: 10000,
      headers: { 'x-api-key': configuration.API_KEY }
    });
  } catch (failure) {
    if (failure.response.status === 401) {
      return callback(new WrongUsernameOrPasswordError(email, 'Invalid credentials provided.'));
    }
    return callback(new Error(failure.message));
  }

  try {
    const found = response.data;
    return callback(null, { user_id: found.id, nickname: found.nickname, email: found.email });
  } catch (failure) {
    return callback(new Error(failure.message));
  }
}
