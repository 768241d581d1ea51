"""What is said at the broker's counter: wake up; may this client ask; so much has that one used."""

from __future__ import annotations

import socket
import struct
from array import array
from dataclasses import dataclass

from crosswalk.evaluation.shared_state import Allowance

_WAKE = b"."
_SPENT, _WAIT = struct.Struct("=Qd"), struct.Struct("=I")
_CLIENT = struct.Struct("=Q")
_ROOM = socket.CMSG_SPACE(array("i").itemsize)
_PATIENCE = 2.0


def wake(counter: socket.socket) -> None:
    """Has the broker look at what there is to do, if it rests; a full counter keeps it awake as well."""
    try:
        counter.send(_WAKE, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return


def ask_ration(counter: socket.socket, client: int) -> int:
    """The whole seconds a client has to wait; 0 where it may ask, or where nobody is there to say."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            rights = array("i", [theirs.fileno()]).tobytes()
            counter.sendmsg([_CLIENT.pack(client)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        ours.settimeout(_PATIENCE)
        try:
            return int(_WAIT.unpack(ours.recv(_WAIT.size))[0])
        except (TimeoutError, struct.error):
            return 0


def tell_spent(counter: socket.socket, client: int, seconds: float) -> None:
    """Tells the broker how many seconds of a processor a client's query has used."""
    counter.send(_SPENT.pack(client, seconds))


@dataclass(frozen=True)
class Spending:
    """What the broker has to know of one who is still being served."""

    client: int
    seconds: float


def attend(counter: socket.socket, allowance: Allowance, running: list[Spending]) -> bool:
    """Hears one thing that is said at the counter, and answers it; False where nothing is said.

    What the queries at work have used so far counts as well.
    """
    try:
        said, ancillary, _, _ = counter.recvmsg(64, _ROOM, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    descriptors = array("i")
    for _, _, rights in ancillary:
        descriptors.frombytes(rights)
    if len(said) == _SPENT.size:
        allowance.spend(*_SPENT.unpack(said))
    for descriptor in descriptors:
        with socket.socket(fileno=descriptor) as asker:
            (client,) = _CLIENT.unpack(said)
            used = sum(each.seconds for each in running if each.client == client)
            asker.send(_WAIT.pack(allowance.wait(client, used)))
    return bool(said)
