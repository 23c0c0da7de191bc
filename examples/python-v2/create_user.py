"""Creates a user and signs them in, by authing 4 or 2 (API v2): python create_user.py CREDENTIALS.json [USERNAME]"""

import json
import sys
import time
from urllib.request import urlopen

from authing.v2.management import ManagementClient, ManagementClientOptions  # isort: skip  # 2 wants it first
from authing.v2.authentication import AuthenticationClient, AuthenticationClientOptions


def main() -> None:
    file, username = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else f"bob-{time.time_ns():x}"
    with open(file) as opened:
        mine = json.load(opened)
    host, pool = mine["host"], mine["userPoolId"]
    # Passwords are encrypted on their way: with this server's key, for the client has the cloud's built in.
    with urlopen(f"{host}/api/v2/.well-known") as answer:
        key = json.load(answer)["data"]["publicKey"]

    management = ManagementClient(
        ManagementClientOptions(pool, mine["userPoolSecret"], host, enc_public_key=key)
    )
    created = management.users.create({"username": username, "nickname": "小明", "password": "passw0rd!"})
    print(f"created {created['username']} ({created['id']})")

    authentication = AuthenticationClient(
        AuthenticationClientOptions(user_pool_id=pool, host=host, enc_public_key=key)
    )
    user = authentication.login_by_username(username, "passw0rd!")
    print(f"{user['username']} signed in, {user['loginsCount']} time(s)")


main()
