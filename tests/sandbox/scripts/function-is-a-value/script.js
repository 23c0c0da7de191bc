const login = 42;
