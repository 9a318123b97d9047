"""How a value of an item list is said to people, in Chinese and in English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy.item_list import ItemList, Named

_MODES = {
    "full": Named(zh="全程", en="in full"),
    "key": Named(zh="重点环节", en="key points"),
    "optional": Named(zh="可录可不录", en="optional"),
    "text": Named(zh="文字即可", en="text suffices"),
}
_STAGES = {
    "start": Named(zh="启动", en="start"),
    "investigation": Named(zh="调查取证", en="investigation"),
    "review": Named(zh="审查", en="review"),
    "decision": Named(zh="决定", en="decision"),
    "service": Named(zh="送达", en="service"),
    "execution": Named(zh="执行", en="execution"),
}
_ROLES = {
    "officer": Named(zh="执法人员", en="officer"),
    "supervisor": Named(zh="带班领导", en="supervisor"),
    "legal": Named(zh="法制机构", en="legal"),
    "custodian": Named(zh="保管员", en="custodian"),
}
_FLAWS = {
    "black": Named(zh="黑屏", en="black"),
    "dark": Named(zh="过暗", en="dark"),
    "covered": Named(zh="镜头被遮挡", en="covered"),
    "blurred": Named(zh="画面模糊", en="blurred"),
    "frozen": Named(zh="画面静止", en="frozen"),
    "turned-away": Named(zh="镜头转开", en="turned away"),
    "mosaic": Named(zh="打码", en="mosaic"),
    "muted": Named(zh="静音", en="muted"),
    "silent": Named(zh="无声", en="silent"),
    "masked-sound": Named(zh="声音被掩盖", en="masked sound"),
}


class Sayings:
    """Says values by the names that these lists give to what they refer to; the last list's name holds."""

    def __init__(self, *lists: ItemList) -> None:
        moments: dict[str, Named] = {}
        classes: dict[str, Named] = {}
        items: dict[str, Named] = {}
        for each in lists:
            moments |= each.moments
            classes |= {code: Named(zh=kept.zh, en=kept.en) for code, kept in each.retention.items()}
            items |= {item.code: Named(zh=item.zh, en=item.en) for item in each.items}
        roles = dict.fromkeys(("explained_by", "approved_by", "long_gap_approved_by"), _ROLES)
        self._named: dict[str, Mapping[str, Named]] = {
            "mode": _MODES,
            "stage": _STAGES,
            "unusable": _FLAWS,
            "moments": moments,
            "retention": classes,
            "evidence": classes,
            "needs": items,
            **roles,
        }

    def zh(self, field: str, value: Any, unit: str) -> str:
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, tuple):
            return "、".join(self._name(field, each).zh for each in value) or "无"
        return "无" if value is None else f"{self._name(field, value).zh}{unit}"

    def en(self, field: str, value: Any, unit: str) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return ", ".join(self._name(field, each).en for each in value) or "none"
        return "none" if value is None else f"{self._name(field, value).en}{unit}"

    def _name(self, field: str, value: Any) -> Named:
        said = str(value)
        return self._named.get(field, {}).get(said) or Named(zh=said, en=said)
