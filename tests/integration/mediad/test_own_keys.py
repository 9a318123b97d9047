"""A site is opened for writing only with the keys and the name that its ledger began with."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.clock import SystemClock
from evidence.errors import ConfigInvalid
from evidence.signing import LEDGER_KEY_FILE, SEAL_KEY_FILE, generate_keys
from mediad.config import Config, load
from mediad.site_files import NewSite, make_site
from mediad.store import open_store


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_site(tmp_path / "site", NewSite(), SystemClock())


@pytest.mark.parametrize(("name", "words"), [(SEAL_KEY_FILE, "seal key"), (LEDGER_KEY_FILE, "ledger key")])
def test_another_key_is_refused_before_anything_is_signed(
    config: Config, tmp_path: Path, name: str, words: str
) -> None:
    generate_keys(tmp_path / "other", config.site.origin)
    (tmp_path / "other" / name).replace(tmp_path / "site" / "keys" / name)
    with pytest.raises(ConfigInvalid, match=words), open_store(config):
        pass


def test_another_name_is_refused(config: Config) -> None:
    text = config.path.read_text(encoding="utf-8").replace(config.site.origin, "mediad.local/other")
    config.path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="origin"), open_store(load(config.path, {})):
        pass
