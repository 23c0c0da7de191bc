const login = async () => ({ id: 1 });
