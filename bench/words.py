"""Sentences that no standard holds, in English and Japanese: the texts of synthetic catalogues."""

from __future__ import annotations

from random import Random

_VERBS = "Protect Review Monitor Record Separate Update Verify Limit Plan Document Restore Encrypt Isolate Rotate".split()
_ADJECTIVES = (
    "remote local shared idle trusted spare signed failing distant hidden temporary public mobile embedded"
).split()
_NOUNS = (
    "sensor gateway meter actuator camera beacon key certificate password session update log backup network "
    "interface operator supplier customer vehicle pump lamp valve router battery clock"
).split()
_ENDS = (
    "before it is delivered", "while it is in use", "when an anomaly is found", "after its owner has changed",
    "until support for it ends", "whenever it is connected", "without stopping the others", "as its maker advises",
)  # fmt: skip
_JA_THINGS = "機器 鍵 証明書 通信 更新 記録 網 利用者 供給者 車両 電池 時計 端末 装置".split()
_JA_DEEDS = "守る 見直す 監視する 記録する 分離する 確認する 制限する 計画する 復旧する 暗号化する".split()
_JA_WHENS = "出荷の前に 利用中に 異常の際に 接続のたびに 譲渡の後に 保守の間に".split()


def title(random: Random) -> str:
    """A heading such as "Monitor the idle gateway and its clock"."""
    return f"{random.choice(_VERBS)} the {random.choice(_ADJECTIVES)} {random.choice(_NOUNS)} and its {random.choice(_NOUNS)}"


def sentence(random: Random) -> str:
    """A sentence of fifteen words or so."""
    return f"{title(random)} {random.choice(_ENDS)}, and {title(random).lower()} {random.choice(_ENDS)}."


def japanese(random: Random) -> str:
    """A heading in Japanese, which has no spaces between its words."""
    first, second = random.sample(_JA_THINGS, 2)
    return f"{random.choice(_JA_WHENS)}{first}と{second}を{random.choice(_JA_DEEDS)}"
