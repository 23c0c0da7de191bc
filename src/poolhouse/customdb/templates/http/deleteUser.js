async function deleteUser(id, context) {
  const axios = require('axios');
  if ((await ask(axios, 'DELETE', '/users/' + encodeURIComponent(id))) === null) {
    throw new Error('User not exists!');
  }
  return true;
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
