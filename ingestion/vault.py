"""Secrets at rest: encryption, masks and fingerprints of identity numbers, phones and bank accounts.

One random 256-bit key file in ``YANSHU_HOME/keys`` is made at first use, readable by its owner only. From it
come separate keys for encryption (AES-256-GCM), for fingerprints, for signing the audit chain, and an Ed25519 pair for
snapshots, which outsiders check with the public half. A probe in
the store tells a wrong key file at start, before anything is written that nobody can read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert, select

from ingestion.principal import OperationError
from ingestion.store.engine import UnitOfWork, home
from ingestion.store.platform import vault_key_check

NONCE_BYTES = 12
VERSION = b"\x01"  # leads every ciphertext, so that a later key or algorithm can be told apart
PROBE = "研数"


class WrongKey(OperationError):
    """The key file does not belong to this store, or a ciphertext was altered."""

    def __init__(self) -> None:
        super().__init__(
            "密钥文件与本系统的数据不匹配，无法读取加密内容。请恢复原来的密钥文件。",
            "The key file does not belong to this store; encrypted values cannot be read. Restore the original key file.",
        )


def key_path() -> Path:
    return home() / "keys" / "vault.key"


def _load_or_make(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        try:
            os.write(handle, secrets.token_bytes(32))
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(draft, path)  # fails where another process was first: its key stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != 32:
        raise WrongKey
    return key


@lru_cache(maxsize=8)
def _key(path: Path, purpose: str) -> bytes:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return derived.derive(_load_or_make(path))


def encrypt(clear: bytes) -> bytes:
    """AES-256-GCM with a random nonce; the same text gives another ciphertext each time."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(_key(key_path(), "encrypt")).encrypt(nonce, clear, VERSION)


def decrypt(cipher: bytes) -> bytes:
    """Raises ``WrongKey`` for a foreign key or an altered ciphertext."""
    nonce, body = cipher[1 : 1 + NONCE_BYTES], cipher[1 + NONCE_BYTES :]
    if cipher[:1] != VERSION or len(nonce) != NONCE_BYTES:
        raise WrongKey
    try:
        return AESGCM(_key(key_path(), "encrypt")).decrypt(nonce, body, VERSION)
    except InvalidTag as error:
        raise WrongKey from error


def encrypt_text(clear: str) -> bytes:
    return encrypt(clear.encode())


def decrypt_text(cipher: bytes) -> str:
    return decrypt(cipher).decode()


def fingerprint(text: str) -> str:
    """A keyed hash to find equal secrets (the same ID number twice) without storing them in clear."""
    return hmac.new(_key(key_path(), "fingerprint"), text.strip().upper().encode(), hashlib.sha256).hexdigest()


def sign(message: bytes) -> str:
    """HMAC-SHA256 with the signing key, for the audit chain."""
    return hmac.new(_key(key_path(), "sign"), message, hashlib.sha256).hexdigest()


def signature_holds(message: bytes, signature: str) -> bool:
    return hmac.compare_digest(sign(message), signature)


def public_key() -> str:
    """The public half (hex) of the pair that signs snapshots."""
    return _pair().public_key().public_bytes_raw().hex()


def sign_openly(message: bytes) -> str:
    """Ed25519, as hex: whoever holds ``public_key`` can check it without any secret."""
    return _pair().sign(message).hex()


def openly_signed(message: bytes, signature: str, key: str) -> bool:
    """Whether ``signature`` (hex) of ``message`` was made with the pair of ``key`` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def _pair() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_key(key_path(), "snapshots"))


def mask(scheme: str, text: str) -> str:
    """What everybody may see of a secret: 18-digit ID numbers keep six and four characters
    (``420101********123X``), mobiles three and four, bank accounts the last four. A text too short for its
    scheme is hidden whole."""
    head, tail = {"id_number": (6, 4), "mobile": (3, 4), "bank_account": (0, 4)}.get(scheme, (0, 0))
    if len(text) < head + tail + 2:
        head, tail = (1, 1) if len(text) > 5 else (0, 0)
    hidden = max(len(text) - head - tail, 0)
    return text[:head] + "*" * hidden + (text[len(text) - tail :] if tail else "")


def check_key(uow: UnitOfWork) -> None:
    """Compares the key file with the store's probe, and writes the probe on first use."""
    probe = uow.conn.execute(select(vault_key_check.c.probe).where(vault_key_check.c.id == 1)).scalar_one_or_none()
    if probe is None:
        uow.conn.execute(insert(vault_key_check).values(id=1, probe=encrypt_text(PROBE)))
        return
    if decrypt_text(bytes(probe)) != PROBE:
        raise WrongKey
