from dataclasses import replace

import pytest

from poolhouse.errors import CodeExpired


async def test_a_challenge_is_a_picture_and_a_sound(services, visitor):
    challenge = await services.captchas.issue(visitor)
    assert challenge.image.startswith(b"\x89PNG")
    sound = await services.captchas.sound(visitor, challenge.id)
    assert sound[:4] == b"RIFF"
    with pytest.raises(CodeExpired):
        await services.captchas.sound(replace(visitor, ip="203.0.113.99"), challenge.id)


async def test_asking_often_keeps_only_the_newest(services, visitor, database):
    for _ in range(5):
        await services.captchas.issue(visitor)
    count = "select count(*) from captchas where pool_id = $1"
    assert await database.fetchval(count, visitor.pool_id) == 3
