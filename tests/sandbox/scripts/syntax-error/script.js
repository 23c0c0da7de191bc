async function login( {
