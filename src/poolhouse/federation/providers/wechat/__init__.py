"""WeChat: the code that a website's visitor scans, and the one that a mobile app is given.

Source: developers.weixin.qq.com, "WeChat login for websites", "for mobile apps" (qrconnect, sns/oauth2/access_token,
sns/userinfo). Decision: docs/decisions/0102-wechat-and-lark.md."""

from poolhouse.federation.providers.wechat.client import MOBILE as MOBILE
from poolhouse.federation.providers.wechat.client import WEB as WEB
