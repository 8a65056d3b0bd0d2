"""Certificates for a test: an authority of its own and what it signs (made by openssl)."""

import subprocess
from pathlib import Path


def _openssl(*argv: str | Path) -> None:
    subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)


class Authority:
    """Signs certificates for 127.0.0.1 and localhost; all files are PEM, in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
        self._new = ("req", "-x509", *curve, "-days", "2")
        _openssl(*self._new, "-subj", "/CN=tests", "-keyout", self._key, "-out", self.certificate)

    def sign(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a new pair."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        _openssl(
            *self._new,
            *("-subj", f"/CN={name}", "-keyout", key, "-out", certificate),
            *("-CA", self.certificate, "-CAkey", self._key),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        )
        return certificate, key
