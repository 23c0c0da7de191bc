// Whether this is the user's password: true or false. Throw only when there is no such user.
async function validatePassword(id, password, context) {
  const axios = require('axios');
  const answer = await ask(axios, 'POST', '/users/' + encodeURIComponent(id) + '/password', { password });
  if (!answer) {
    throw new Error('User not exists!');
  }
  return answer.valid === true;
}

// The service answers JSON; what it refuses comes back as its own message.
async function ask(axios, method, path, body) {
  const answer = await axios.request({
    method,
    url: env.DB_CONNECTION_URI.replace(/\/$/, '') + path,
    data: body,
    headers: env.API_TOKEN ? { authorization: 'Bearer ' + env.API_TOKEN } : {},
    timeout: 5000,
    maxRedirects: 0,
    validateStatus: () => true,
  });
  if (answer.status === 404) {
    return null;
  }
  if (answer.status >= 400) {
    throw new Error(answer.data?.message || 'The user service answered ' + answer.status);
  }
  return answer.data;
}
