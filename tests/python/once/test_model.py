"""The protocol as a model: whatever happens in whatever order, no event runs twice at a time, none again after it was
done, and only the last claim of a key can end it. Without the token, each of these is found to be wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hookseal.once import MemoryStore, SQLiteStore
from hookseal.once import _statements as statements
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

LEASE, KEEP = 10, 40

# A step: how much time passes before it, what happens, and to which of the claims made so far.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 15), st.sampled_from(["claim", "finish", "release", "resend"]), st.integers(0, 4), st.booleans()
    ),
    max_size=25,
)
Steps = list[tuple[int, str, int, bool]]

# For what must be found, and shrunk no further than is needed to know.
SEARCH = settings(database=None, deadline=None, max_examples=2000, phases=[Phase.generate])


class Holder(NamedTuple):
    token: str
    lease_until: int
    keep_until: int
    is_done: bool = False


def violation(store: Any, steps: Steps) -> str | None:
    """What the answers of a store got wrong, if anything. The model is only what each answer means."""
    now = 1
    claims: list[tuple[str, str]] = []
    holders: dict[str, Holder] = {}
    for number, (passes, what, which, is_other) in enumerate(steps):
        now += passes
        if what in ("claim", "resend") or not claims:
            key, token = "b" if is_other else "a", f"t{number}"
            if what == "resend" and claims:
                key, token = claims[which % len(claims)]
            holder = holders.get(key)
            if holder and holder.keep_until <= now:
                holder = None
            answer = store.claim(key, token, "body", LEASE, KEEP, now).answer
            runs = answer in ("first", "takeover")
            if holder and holder.is_done:
                if answer != "duplicate":
                    return f"{answer} of a key that is done"
            elif holder and holder.lease_until > now and holder.token != token:
                if answer != "busy":
                    return f"{answer} of a key that is running"
            elif not runs:
                return f"{answer} of a key that nobody holds"
            elif (answer == "takeover") != bool(holder and (holder.token != token or holder.lease_until <= now)) and (
                not holder or holder.token != token
            ):
                return f"{answer}, but the key was held by {holder}"
            if runs and not (holder and holder.token == token and holder.lease_until > now):
                holders[key] = Holder(token, now + LEASE, now + KEEP)
                claims.append((key, token))
            continue
        key, token = claims[which % len(claims)]
        holder = holders.get(key)
        is_mine = holder is not None and holder.token == token and holder.keep_until > now
        if what == "finish":
            if store.finish(key, token, KEEP, now) != is_mine:
                return "a claim that was lost was finished, or one that was held was not"
            if is_mine and holder:
                holders[key] = holder._replace(keep_until=now + KEEP, is_done=True)
        else:
            is_mine = is_mine and holder is not None and not holder.is_done
            if store.release(key, token, now) != is_mine:
                return "a claim that was lost was released, or one that was held was not"
            if is_mine:
                del holders[key]
    return None


@given(STEPS)
@settings(max_examples=300)
def test_a_memory_store_follows_the_protocol(steps: Steps) -> None:
    assert violation(MemoryStore(), steps) is None


def sqlite(folder: Path) -> Callable[[], SQLiteStore]:
    """A store that is emptied each time: making a file takes longer than playing all steps."""
    store = SQLiteStore(folder / "once.db")

    def emptied() -> SQLiteStore:
        for key in ("a", "b"):
            store.forget(key)
        return store

    return emptied


def test_a_sqlite_store_follows_the_protocol(tmp_path: Path) -> None:
    make = sqlite(tmp_path)

    @given(STEPS)
    @settings(max_examples=100)
    def follows(steps: Steps) -> None:
        store = make()
        store._connection is None or store._connection.execute("PRAGMA synchronous = OFF")
        assert violation(store, steps) is None

    follows()


class AnyTokenFinishes(MemoryStore):
    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        row = self._rows.get(key)
        return super().finish(key, row[0] if row else token, keep, now)


class AnyTokenReleases(MemoryStore):
    def release(self, key: str, token: str, now: int | None = None) -> bool:
        row = self._rows.get(key)
        return super().release(key, row[0] if row else token, now)


class OneTokenForAll(MemoryStore):
    def claim(self, key: str, token: str, *more: Any) -> Any:
        return super().claim(key, "t", *more)

    def finish(self, key: str, token: str, *more: Any) -> bool:
        return super().finish(key, "t", *more)

    def release(self, key: str, token: str, *more: Any) -> bool:
        return super().release(key, "t", *more)


class NoLease(MemoryStore):
    def claim(self, key: str, token: str, body: str, lease: int, *more: Any) -> Any:
        return super().claim(key, token, body, 0, *more)


class RecordThenRun(MemoryStore):
    """What many recipes do: the key is done before the handler runs."""

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Any:
        claimed = super().claim(key, token, body, lease, keep, now)
        self.finish(key, token, keep, now)
        return claimed


@pytest.mark.parametrize("mutant", [AnyTokenFinishes, AnyTokenReleases, OneTokenForAll, NoLease, RecordThenRun])
def test_a_store_without_the_fence_is_found(mutant: type[MemoryStore]) -> None:
    steps = find(STEPS, lambda steps: violation(mutant(), steps) is not None, settings=SEARCH)
    assert violation(MemoryStore(), steps) is None


@pytest.mark.parametrize("statement", ["finish", "release"])
def test_a_statement_without_the_token_is_found(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = statements.SQLITE[statement]
    assert "AND token = ?" in text
    monkeypatch.setitem(statements.SQLITE, statement, text.replace("AND token = ?", "AND length(?) > 0"))
    make = sqlite(tmp_path)
    find(STEPS, lambda steps: violation(make(), steps) is not None, settings=SEARCH)
