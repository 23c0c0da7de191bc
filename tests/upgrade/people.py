"""The people of the fixture, beside those of people.jsonl, who come by import."""

from pathlib import Path

HERE = Path(__file__).parent
PEOPLE = [
    {
        "username": "zhangsan",
        "email": "ZhangSan@Shop.Example",
        "phone": "13900000001",
        "phoneCountryCode": "+86",
        "name": "张三",
        "nickname": "三儿",
        "gender": "M",
        "birthdate": "1990-05-06",
        "externalId": "emp-1",
        "company": "商店",
        "city": "杭州",
        "customData": {"school": "北大", "level": 7},
        "password": "zhangsan-1",
        "emailVerified": True,
    },
    {"username": "spelled", "phone": "+8613900000002", "password": "spelled-1"},
    {"username": "spelled-too", "phone": "139 0000 0002", "password": "spelled-2"},
    {"username": "abroad", "phone": "7700900123", "phoneCountryCode": "+44", "password": "abroad-1"},
    {"username": "  blanks ", "password": "blanks-1"},
    {"username": "Jose\u0301", "password": "jose-1"},
    {"username": "Jos\u00e9", "password": "jose-2"},
    {"username": "weak", "password": "a"},
    {"username": "blocked", "password": "blocked-1"},
    {"username": "resigned", "password": "resigned-1"},
    {"username": "archived", "password": "archived-1"},
    {"username": "closed", "password": "closed-1"},
    {"username": "second-step", "email": "second@shop.example", "password": "second-1"},
    {"username": "member", "password": "member-1", "photo": "https://img.shop.example/m.png"},
]
