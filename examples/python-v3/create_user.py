"""Creates a user and signs them in, by authing 5 (API v3): python create_user.py CREDENTIALS.json [USERNAME]"""

import json
import sys
import time

from authing import AuthenticationClient, ManagementClient


def main() -> None:
    file, username = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else f"bob-{time.time_ns():x}"
    with open(file) as opened:
        mine = json.load(opened)

    management = ManagementClient(mine["accessKeyId"], mine["accessKeySecret"], host=mine["host"])
    created = management.create_user(username=username, nickname="小明", password="passw0rd!")
    if created["statusCode"] != 200:
        sys.exit(created["message"])
    print(f"created {created['data']['username']} ({created['data']['userId']})")

    authentication = AuthenticationClient(mine["appId"], mine["host"], mine["appSecret"])
    signed_in = authentication.sign_in_by_username_password(username, "passw0rd!")
    if signed_in["statusCode"] != 200:
        sys.exit(signed_in["message"])
    print(f"{username} signed in; the access token is good for {signed_in['data']['expire_in']} s")


main()
