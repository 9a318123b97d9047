"""The public keys that a site's footage and ledger are checked with, and where they come from.

The ledger's first entry names them; the `.pub` files beside the private keys must say the same where they can be
read, so that a ledger that was exchanged whole does not vouch for itself.
"""

from __future__ import annotations

from evidence.check import Keys
from evidence.entries import SiteCreated, decode
from evidence.errors import ConfigInvalid, IntegrityBroken, NotFound
from evidence.ledger_reader import LedgerReader
from evidence.signing import NoteSigner, NoteVerifier, SealSigner, SealVerifier
from mediad.config import Config


def public_keys(config: Config, ledger: LedgerReader) -> Keys:
    """Raises IntegrityBroken if ledger, configuration and key files disagree, NotFound for an empty ledger."""
    if ledger.size() == 0:
        raise NotFound("The ledger is empty.", remedy="Make a site with: mediad init DIR")
    first = _site(ledger)
    if first.site != config.site.origin:
        raise IntegrityBroken(f"The ledger is of {first.site}; the configuration says {config.site.origin}.")
    keys = Keys(SealVerifier.from_pem(first.seal_key), NoteVerifier.from_vkey(first.ledger_key), first.site)
    for private, name, said in (
        (config.keys.seal, "seal.pub", first.seal_key),
        (config.keys.ledger, "ledger.pub", first.ledger_key),
    ):
        public = private.parent / name
        try:
            known = public.read_text(encoding="ascii")
        except (FileNotFoundError, PermissionError):
            continue  # Credentials come alone, and some sites keep their keys out of everybody's sight.
        if known.strip() != said.strip():
            raise IntegrityBroken(f"The ledger names another key than {public}.")
    return keys


def require_own_keys(config: Config, ledger: LedgerReader, seal: SealSigner, note: NoteSigner) -> None:
    """Before anything is signed: with other keys, or under another name, every later entry would break the site.
    ConfigInvalid; nothing to compare with in an empty ledger."""
    if ledger.size() == 0:
        return
    first = _site(ledger)
    pairs = (
        ("origin", str(config.path), config.site.origin, first.site),
        ("seal key", str(config.keys.seal), seal.public_pem, first.seal_key),
        ("ledger key", str(config.keys.ledger), note.vkey, first.ledger_key),
    )
    for what, where, ours, said in pairs:
        if ours.strip() != said.strip():
            raise ConfigInvalid(
                f"The {what} in {where} is not the one that this site was made with.",
                remedy="Put back what `mediad init` made. Nothing was signed.",
            )


def _site(ledger: LedgerReader) -> SiteCreated:
    first = decode(ledger.entry(0))
    if not isinstance(first, SiteCreated):
        raise IntegrityBroken("The ledger's first entry does not name a site.")
    return first
