"""What a provider gives out where an application is registered with it, as forms ask for it.

For the generic kinds; a named provider's kind says where on its pages the two stand.
"""

from __future__ import annotations

from poolhouse.federation.model import Field

CLIENT = (
    Field(
        "clientId",
        ("Client ID", "Client ID"),
        (
            "身份提供方给这个应用的编号，有时叫 App ID",
            "What the provider calls this application; some say app ID",
        ),
    ),
    Field(
        "clientSecret",
        ("Client Secret", "Client secret"),
        ("身份提供方给出的密钥；保存后不再显示", "As the provider gave it; once saved it is never shown"),
        secret=True,
    ),
)
