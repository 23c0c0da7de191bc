"""Lark (Feishu): an app that a company made for itself, and one of the app store.

Source: open.feishu.cn, "Obtain OAuth code", "Get custom app's app_access_token", "Get user_access_token"
(authen/v1/oidc and authen/v2/oauth), "Get user information". Decision: docs/decisions/0102-wechat-and-lark.md."""

from poolhouse.federation.providers.lark.client import INTERNAL as INTERNAL
from poolhouse.federation.providers.lark.client import PUBLIC as PUBLIC
