"""Users of nats-server that prove themselves by keys: an nkey, and a creds file of an operator."""

import base64
import hashlib
import json
import os
import time

import nkeys

_PREFIXES = {
    "O": nkeys.PREFIX_BYTE_OPERATOR,
    "A": nkeys.PREFIX_BYTE_ACCOUNT,
    "U": nkeys.PREFIX_BYTE_USER,
}


def new_key(kind: str) -> tuple[str, str]:
    """Return (seed, public key) of an operator (O), account (A) or user (U)."""
    seed = nkeys.encode_seed(os.urandom(32), _PREFIXES[kind])
    pair = nkeys.from_seed(bytearray(seed))
    return seed.decode(), pair.public_key.decode()


def _part(content: dict) -> str:
    raw = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(seed: str, issuer: str, subject: str, name: str, kind: str, nats: dict) -> str:
    """Return a JWT as nsc makes them, signed with `seed`."""
    claims = {
        "iat": int(time.time()),
        "iss": issuer,
        "sub": subject,
        "name": name,
        "nats": {**nats, "type": kind, "version": 2},
    }
    digest = hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).digest()
    claims["jti"] = base64.b32encode(digest).rstrip(b"=").decode()
    text = f"{_part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_part(claims)}"
    signature = nkeys.from_seed(bytearray(seed.encode())).sign(text.encode())
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def operator() -> tuple[str, str]:
    """Return (configuration of nats-server, creds file) of an operator with one user."""
    (o_seed, o_key), (a_seed, a_key), (u_seed, u_key) = (new_key(kind) for kind in "OAU")
    anything = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1}
    limits = {**anything, "wildcards": True, "conn": -1, "leaf": -1, "mem_storage": -1}
    limits |= {"disk_storage": -1, "streams": -1, "consumer": -1}
    account = token(o_seed, o_key, a_key, "A", "account", {"limits": limits})
    user = token(
        a_seed,
        a_key,
        u_key,
        "me",
        "user",
        {"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1},
    )
    owner = token(o_seed, o_key, o_key, "O", "operator", {})
    config = f"operator: {owner}\nresolver: MEMORY\nresolver_preload {{ {a_key}: {account} }}\n"
    creds = (
        f"-----BEGIN NATS USER JWT-----\n{user}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{u_seed}\n------END USER NKEY SEED------\n"
    )
    return config, creds
