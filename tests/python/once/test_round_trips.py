"""How often a store asks its server: what a claim adds to the handler."""

from collections.abc import Iterator
from contextlib import closing

import psycopg_pool
import pytest
import redis
from hookseal.once import Once
from hookseal.once.postgres import PostgresStore
from hookseal.once.redis import RedisStore
from once.proxy import Proxy
from once.stores import Place, dsn
from once.support import delivery


@pytest.fixture
def proxied(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    kind = request.param
    port = request.getfixturevalue(f"{kind}_port")
    Place(kind, port=port).empty()
    with closing(Proxy(port)) as proxy:
        yield proxy


def count(proxy: Proxy, once: Once) -> list[int]:
    """The round trips of the first delivery of an event, of a duplicate, and of one that comes too early."""
    counts = []
    once.run(delivery("before"), lambda: None)
    for _ in range(2):
        before = proxy.asked
        once.run(delivery(), lambda: None)
        counts.append(proxy.asked - before)
    with once(delivery("running")):
        before = proxy.asked
        with pytest.raises(Exception, match="being handled"):
            once.run(delivery("running"), lambda: None)
        counts.append(proxy.asked - before)
    return counts


@pytest.mark.parametrize("proxied", ["redis"], indirect=True)
def test_redis_is_asked_once_to_claim_and_once_to_finish(proxied: Proxy) -> None:
    with redis.Redis(port=proxied.port) as client:
        assert count(proxied, Once(RedisStore(client), scope="test")) == [2, 1, 1]


def test_postgres_does_not_plan_each_claim_anew_on_a_large_table(postgres_port: int) -> None:
    Place("postgres", port=postgres_port).empty()
    with psycopg_pool.ConnectionPool(dsn(postgres_port), min_size=1, max_size=1) as pool:
        store = PostgresStore(pool)
        store.create()
        with pool.connection() as connection:
            connection.execute(
                "INSERT INTO hookseal_once SELECT 'kept-' || n, 't', 'done', 'b', 1, 1, 9000000000000 + n, 0 "
                "FROM generate_series(1, 50000) AS n"
            )
            connection.execute("ANALYZE hookseal_once")
        for number in range(30):
            assert store.claim(f"new-{number}", "t", "b", 45_000, 90_000).answer == "first"
        with pool.connection() as connection:
            sql = "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE '-- Claims%'"
            custom, generic = connection.execute(sql).fetchone() or (0, 0)
        # The server itself makes the first five anew.
        assert custom <= 5 and generic >= 15


@pytest.mark.parametrize("proxied", ["postgres"], indirect=True)
def test_postgres_is_asked_once_to_claim_and_once_to_finish(proxied: Proxy) -> None:
    conninfo = f"{dsn(proxied.port)} sslmode=disable gssencmode=disable"
    with psycopg_pool.ConnectionPool(conninfo, min_size=1, max_size=1, kwargs={"prepare_threshold": None}) as pool:
        once = Once(PostgresStore(pool), scope="test")
        once.create()
        # A claim that was not made asks a second time, for whose it is.
        assert count(proxied, once) == [2, 2, 2]
