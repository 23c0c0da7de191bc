"""Generated people for the demonstration: the same ones each time, nobody real.

Names are put together from lists. Addresses are of `.example`, numbers of ranges that nobody is given: +86 142, which
no carrier gives to people, and Ofcom's numbers for films, +44 7700 900.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random

SEED = 73
IN_POOL, IN_LEGACY = 2_000, 375
FOREIGN_EVERY = 8


def _listed(text: str) -> list[str]:
    return text.split()


_SURNAMES = _listed(
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 胡hu 朱zhu 高gao 林lin 何he "
    "郭guo 马ma 罗luo 梁liang 宋song 郑zheng 谢xie 韩han 唐tang 冯feng 于yu 董dong 萧xiao 程cheng 曹cao 袁yuan "
    "邓deng 许xu 傅fu 沈shen 曾zeng 彭peng 吕lv 苏su 卢lu 蒋jiang 蔡cai 贾jia 丁ding 魏wei 薛xue 叶ye 阎yan "
    "欧阳ouyang 司马sima"
)
_GIVEN_F = _listed(
    "若溪ruoxi 雨桐yutong 思远siyuan 佳怡jiayi 梦琪mengqi 晓雯xiaowen 语嫣yuyan 静宜jingyi 诗涵shihan 可欣kexin "
    "慧敏huimin 雅婷yating 欣然xinran 婉清wanqing 紫萱zixuan 海燕haiyan 春梅chunmei 秀兰xiulan 玉珍yuzhen "
    "丽华lihua"
)
_GIVEN_M = _listed(
    "浩然haoran 子轩zixuan 宇航yuhang 俊杰junjie 志强zhiqiang 建国jianguo 文博wenbo 天佑tianyou 明哲mingzhe "
    "一鸣yiming 嘉豪jiahao 振华zhenhua 立新lixin 国栋guodong 少华shaohua 晨光chenguang 鹏飞pengfei 泽宇zeyu "
    "景行jingxing 博文bowen"
)
_FIRST_F = _listed(
    "Amelia Beatriz Chloé Daria Elif Freya Greta Hanna Ingrid Júlia Katarína Leila Maren Noor Olivia"
)
_FIRST_M = _listed("Aron Björn Callum Diego Emil Farid Gustavo Henrik Ivo Jonas Kenji Luca Mateo Nils Oskar")
_LAST = _listed(
    "Abbott Bianchi Castro Dubois Eriksen Fischer García Haddad Ito Jansen Kowalski Lindqvist Müller Novák "
    "O’Connor Pereira Quinn Rossi Sato Taylor Ueda Varga Weber Yılmaz Zhukov"
)
_PLACES = _listed(
    "北京市-北京 上海市-上海 广东省-深圳 广东省-广州 浙江省-杭州 江苏省-南京 四川省-成都 湖北省-武汉 "
    "陕西省-西安 福建省-厦门"
)
_ABROAD = _listed("London-GB Berlin-DE Madrid-ES Oslo-NO Tokyo-JP Toronto-CA")
_COMPANIES = ("山海集团", "云帆物流", "长河文化", "青松医疗", "北辰教育")


@dataclass(frozen=True, slots=True)
class Person:
    """`number` counts from 0."""

    number: int
    username: str
    name: str
    given: str
    family: str
    gender: str
    email: str
    phone: str
    phone_country_code: str
    birthdate: str
    company: str
    city: str
    province: str | None
    country: str


def in_pool() -> list[Person]:
    return list(islice(_people("shanhai.example", 0), IN_POOL))


def in_legacy() -> list[Person]:
    """Of the old table, beside those whom the tours name."""
    return list(islice(_people("legacy.example", 5_000), IN_LEGACY))


def _people(domain: str, first_number: int) -> Iterator[Person]:
    random = Random(SEED + first_number)  # noqa: S311
    taken: dict[str, int] = {}
    for number in count():
        foreign = number % FOREIGN_EVERY == FOREIGN_EVERY - 1
        female = random.random() < 0.5
        if foreign:
            given, family = random.choice(_FIRST_F if female else _FIRST_M), random.choice(_LAST)
            name, spelled = f"{given} {family}", f"{_ascii(given)}.{_ascii(family)}"
            city, country = random.choice(_ABROAD).split("-")
            province = None
        else:
            given, given_spelled = _parts(random.choice(_GIVEN_F if female else _GIVEN_M))
            family, family_spelled = _parts(random.choice(_SURNAMES))
            name, spelled = family + given, f"{given_spelled}.{family_spelled}"
            province, city = random.choice(_PLACES).split("-")
            country = "CN"
        taken[spelled] = again = taken.get(spelled, 0) + 1
        username = spelled if again == 1 else f"{spelled}{again}"
        if domain == "legacy.example":
            username = f"old.{username}"
        abroad = (first_number + number) // FOREIGN_EVERY
        yield Person(
            number,
            username,
            name,
            given,
            family,
            "F" if female else "M",
            f"{username}@{domain}",
            f"7700900{abroad % 1_000:03d}" if foreign else f"1420000{first_number + number:04d}",
            "+44" if foreign else "+86",
            f"{random.randint(1962, 2003)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
            random.choice(_COMPANIES),
            city,
            province,
            country,
        )


def _parts(both: str) -> tuple[str, str]:
    """("王", "wang") of `王wang`."""
    written = "".join(one for one in both if not one.isascii())
    return written, both[len(written) :]


def _ascii(name: str) -> str:
    plain = name.lower().translate(str.maketrans("éíúöüáıñøå", "eiuouainoa"))
    return "".join(one for one in plain if one.isascii() and one.isalpha())
