"""The write-back queue, decided from values: what to send, together with what, and
what an error means for it.

A person changes a mail here; the change is an :class:`Operation` in a queue, and the
worker brings it to the server later.

* **One mail's operations happen in their order** (by ``created``, then ``id``); other
  mails do not wait for them: one bad operation once stopped all of an account's in two
  well-known programs.  :func:`claim` gives of each mail only what can be done now.
* **Coalescing** (:func:`coalesce`) happens when operations are claimed, so a person
  who changes their mind within seconds costs nothing:

  - flags: the last word on a flag counts.  An opposite pair is dropped altogether when
    the server is known to have the flag already as wanted, since then the first of the
    two was a change, and it never left;
  - moves: A to B, B to C is A to C; back to where the mail was is no move;
  - a permanent deletion swallows what was to be done before it, and takes place where
    the mail still is.  A deletion into the trash is a move, and keeps the flags,
    because a mail can be taken out of the trash again.

* **Nothing is coalesced with an operation that has been tried**: nobody knows whether
  it happened.  It goes first, alone, after a look at the server (``look``): a MOVE,
  COPY or APPEND is never simply done again (``imap.transfer``, ``imap.append``).
* **Errors** (:func:`after_error`): what passes is tried again after a pause that
  doubles; what a repetition cannot change is parked and told; what says that the mail
  is elsewhere is resolved by its identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    MailError,
    ProtocolError,
    ServerRefused,
    TlsError,
    UidValidityChanged,
)

MAX_GROUP = 500
"""Operations of one command and of one transaction that acknowledges them."""
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 15 * 60.0
MAX_TRIES = 20
MAX_AGE = 3 * 24 * 3600.0
"""Seconds; a change that could not be made for so long surprises more than it helps."""
LOOK_PAUSE = 30.0
"""Seconds before looking whether a lost command was done: the server may still be
busy with it, and a look too early would do it twice."""
PARKED_CODES = frozenset(
    "NONEXISTENT CANNOT NOPERM OVERQUOTA READ-ONLY ALREADYEXISTS".split()
)
"""RFC 5530, RFC 9051 7.1: the same command will get the same answer."""


class Kind(str, Enum):
    """The values are stored."""

    FLAGS = "flags"
    MOVE = "move"
    """Also to the trash."""
    COPY = "copy"
    EXPUNGE = "expunge"
    """For good."""
    APPEND = "append"

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as doing it once."""
        return self in (Kind.FLAGS, Kind.EXPUNGE)


@dataclass(frozen=True)
class Operation:
    """One change that somebody asked for.

    ``message``, ``folder`` and ``target`` are ids of the caller's; ``folder`` is
    where the mail was when the change was asked for (after the moves before it).
    ``uid``: ``None`` where the mail has none yet in that folder.
    ``tries``: how often it was sent without an answer that settled it.
    """

    id: int
    kind: Kind
    message: int
    folder: int
    uid: int | None
    created: datetime
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    target: int | None = None
    tries: int = 0

    def __post_init__(self):
        if self.kind in (Kind.MOVE, Kind.COPY) and self.target is None:
            raise InvalidArgument("a move without a target")
        if self.add & self.remove:
            raise InvalidArgument("a flag both added and removed")


@dataclass(frozen=True)
class Step:
    """What to send for one mail; ``ids`` are the operations that it settles.

    ``look``: it may have been done already; find out first.
    """

    kind: Kind
    message: int
    folder: int
    uid: int | None
    ids: tuple[int, ...]
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    target: int | None = None
    look: bool = False

    @property
    def command(self) -> tuple:
        """Steps that are equal in this go by one command."""
        return (
            self.kind,
            self.folder,
            tuple(sorted(self.add)),
            tuple(sorted(self.remove)),
            self.target,
            self.look,
        )

    @property
    def superseded(self) -> tuple[int, ...]:
        """Moves that the last one of ``ids`` replaces.  They are forgotten before that
        one is sent: tried once more they would be looked for in their own targets."""
        return self.ids[:-1] if self.kind is Kind.MOVE else ()


@dataclass(frozen=True)
class Chain:
    """Of one mail: ``steps`` in their order, of which each needs the one before it;
    ``settled``: operations that need no command any more."""

    steps: tuple[Step, ...]
    settled: tuple[int, ...] = ()


@dataclass(frozen=True)
class Group:
    """Steps that go by one command, ascending by UID."""

    steps: tuple[Step, ...]

    @property
    def kind(self) -> Kind:
        return self.steps[0].kind

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one for step in self.steps for one in step.ids)


@dataclass(frozen=True)
class Claim:
    """What to do now, in this order, and what to acknowledge without doing it.

    A mail whose step fails is left out of the groups behind it.
    """

    groups: tuple[Group, ...]
    settled: tuple[int, ...]


def claim(
    operations: Iterable[Operation],
    *,
    flags: Mapping[int, frozenset[str]] | None = None,
    most: int = MAX_GROUP,
) -> Claim:
    """Coalesced per mail and grouped per command; ``flags`` as :func:`coalesce`.

    Flags go before moves: a mail takes them along, and afterwards its UID is another
    one.
    """
    chains: dict[int, list[Operation]] = {}
    for operation in sorted(operations, key=_order):
        chains.setdefault(operation.message, []).append(operation)
    together: dict[tuple, list[Step]] = {}
    settled: list[int] = []
    for message, chain in chains.items():
        known = None if flags is None else flags.get(message)
        found = coalesce(chain, flags=known)
        settled += found.settled
        for place, step in enumerate(found.steps):
            late = place > 0 or step.kind is not Kind.FLAGS
            together.setdefault((late, *step.command), []).append(step)
    groups = []
    for _late, steps in sorted(
        together.items(), key=lambda item: (item[0][0], item[1][0].ids)
    ):
        steps.sort(key=lambda step: (step.uid or 0, step.ids))
        groups += [
            Group(tuple(steps[start : start + most]))
            for start in range(0, len(steps), most)
        ]
    return Claim(tuple(groups), tuple(settled))


def coalesce(
    operations: Sequence[Operation], *, flags: frozenset[str] | None = None
) -> Chain:
    """The operations of one mail as few steps: flags, then at most one other step.

    ``flags``: those that the server is known to have, to drop opposite pairs.
    What comes behind a tried operation, a COPY or an APPEND is left for later.
    """
    chain = sorted(operations, key=_order)
    if len({operation.message for operation in chain}) > 1:
        raise InvalidArgument("operations of several mails")
    if not chain:
        return Chain(())
    first = chain[0]
    if first.kind is Kind.MOVE and first.target == first.folder and first.tries:
        return Chain((), (first.id,))  # it has arrived, whoever moved it
    if first.tries or first.kind in (Kind.COPY, Kind.APPEND):
        return Chain((_alone(first),))
    wanted = _Flags()
    moves: list[Operation] = []
    for place, operation in enumerate(chain):
        if operation.tries or operation.kind in (Kind.COPY, Kind.APPEND):
            break
        if operation.kind is Kind.FLAGS:
            wanted.take(operation)
        elif operation.kind is Kind.MOVE:
            moves.append(operation)
        else:  # nothing can follow a permanent deletion
            ids = tuple(one.id for one in chain[: place + 1])
            later = tuple(one.id for one in chain[place + 1 :] if not one.tries)
            step = Step(Kind.EXPUNGE, first.message, first.folder, first.uid, ids)
            return Chain((step,), later)
    return _flags_and_move(first, wanted, moves, flags)


def _flags_and_move(
    first: Operation,
    wanted: _Flags,
    moves: list[Operation],
    flags: frozenset[str] | None,
) -> Chain:
    steps: list[Step] = []
    settled: list[int] = []
    add, remove = wanted.result(flags)
    if add or remove:
        steps.append(
            Step(
                Kind.FLAGS,
                first.message,
                first.folder,
                first.uid,
                wanted.ids,
                add,
                remove,
            )  # fmt: skip
        )
    else:
        settled += wanted.ids
    ids = tuple(move.id for move in moves)
    if moves and moves[-1].target != first.folder:
        steps.append(
            Step(
                Kind.MOVE,
                first.message,
                first.folder,
                first.uid,
                ids,
                target=moves[-1].target,
            )  # fmt: skip
        )
    else:
        settled += ids
    return Chain(tuple(steps), tuple(settled))


def _alone(operation: Operation) -> Step:
    return Step(
        operation.kind,
        operation.message,
        operation.folder,
        operation.uid,
        (operation.id,),
        operation.add,
        operation.remove,
        operation.target,
        look=bool(operation.tries) and not operation.kind.repeatable,
    )


class _Flags:
    """The last word on each flag, and which flags changed their mind."""

    def __init__(self):
        self.ids: tuple[int, ...] = ()
        self._wanted: dict[str, tuple[str, bool]] = {}
        self._opposite: set[str] = set()

    def take(self, operation: Operation) -> None:
        self.ids += (operation.id,)
        for present, flags in ((True, operation.add), (False, operation.remove)):
            for flag in flags:
                known = self._wanted.get(flag.lower())
                if known is not None and known[1] is not present:
                    self._opposite.add(flag.lower())
                self._wanted[flag.lower()] = flag, present

    def result(
        self, flags: frozenset[str] | None
    ) -> tuple[frozenset[str], frozenset[str]]:
        has = None if flags is None else {flag.lower() for flag in flags}
        add, remove = set(), set()
        for key, (flag, present) in self._wanted.items():
            if has is not None and key in self._opposite and (key in has) == present:
                continue
            (add if present else remove).add(flag)
        return frozenset(add), frozenset(remove)


def _order(operation: Operation) -> tuple:
    return operation.created, operation.id


# -- errors -------------------------------------------------------------------


class Action(str, Enum):
    AGAIN = "again"
    """After the pause, with ``tries`` counted where ``counts``."""
    SPLIT = "split"
    """Again, each mail by a command of its own: one of them spoils the group."""
    RESOLVE = "resolve"
    """The UID is not this mail any more: find it by its identity, or give up."""
    CREATE = "create"
    """Create the target folder, then again at once."""
    PARK = "park"
    """Never by itself again: undo the change here, and tell the person."""


@dataclass(frozen=True)
class Verdict:
    """``pause`` in seconds.  ``account``: the pause is for the whole account, not for
    these operations alone.  ``counts``: it was the operation's own failure."""

    action: Action
    pause: float = 0.0
    account: bool = False
    counts: bool = True


def after_error(
    error: MailError,
    *,
    kind: Kind,
    tries: int,
    size: int = 1,
    age: float = 0.0,
    created_target: bool = False,
    jitter: float = 0.0,
) -> Verdict:
    """What becomes of the operations whose command ended in ``error``.

    ``tries``: how often they failed before; ``size``: how many mails the command was
    about; ``age``: seconds since they were asked for; ``created_target``: the target
    was created for them already; ``jitter``: a random number from 0 to 1, so that
    many accounts do not come back at the same moment.
    """
    if isinstance(error, UidValidityChanged) or error.code == "message_gone":
        return Verdict(Action.RESOLVE)
    if isinstance(error, AuthError | TlsError):
        # the account's trouble, told to its owner elsewhere (backoff.pause_after)
        pause = _pause(error, tries, jitter)
        return Verdict(Action.AGAIN, pause, account=True, counts=False)
    if error.code == "target_missing":
        if not created_target:
            return Verdict(Action.CREATE)
        return Verdict(Action.PARK)
    final = _is_final(error)
    if final is Action.SPLIT and size > 1:
        return Verdict(Action.SPLIT)
    if final is not None:
        return Verdict(Action.PARK)
    if tries + 1 >= MAX_TRIES or age >= MAX_AGE:
        return Verdict(Action.PARK)
    pause = _pause(error, tries, jitter)
    if not error.connection_usable and not kind.repeatable:
        pause = max(pause, LOOK_PAUSE)
    busy = error.retry_after is not None or error.code == "server_busy"
    return Verdict(Action.AGAIN, pause, account=busy or not error.connection_usable)


def _is_final(error: MailError) -> Action | None:
    """``PARK``: whatever is repeated; ``SPLIT``: one mail of several may be the
    reason; ``None``: it may pass."""
    if isinstance(error, InvalidArgument | CapabilityMissing):
        return Action.PARK
    if isinstance(error, ServerRefused):
        if error.retry:
            return None
        return Action.PARK if error.response_code in PARKED_CODES else None
    if isinstance(error, ProtocolError) and error.connection_usable:
        return Action.SPLIT  # BAD: the server will not learn
    if isinstance(error, LimitExceeded):
        return Action.SPLIT
    return None


def _pause(error: MailError, tries: int, jitter: float) -> float:
    """Doubling from 5 s to 15 min; what the server asked for is never cut short."""
    pause = min(FIRST_PAUSE * 2 ** min(tries, 20), LONGEST_PAUSE)
    pause *= 1 + 0.25 * min(max(jitter, 0.0), 1.0)
    return max(pause, error.retry_after or 0.0)
