"""Who Hookline is on a nats-server that a manifest names."""

from pydantic import Field, model_validator

from hookline.block import Block
from hookline.secrets import SecretKey


class Basic(Block):
    """User and password."""

    username: SecretKey = Field(description="The user's name.")
    password: SecretKey = Field(description="The password.")


class Auth(Block):
    """Who Hookline is on that nats-server: one of these, the first that is there counts."""

    basic: Basic | None = Field(None, description="User and password.")
    token: SecretKey | None = Field(None, description="A token.")
    nkey: SecretKey | None = Field(None, description="The seed of a user's nkey, `SU…`.")
    credential: SecretKey | None = Field(None, description="A `.creds` file: JWT and seed.")

    @model_validator(mode="after")
    def _any(self) -> "Auth":
        if not (self.basic or self.token or self.nkey or self.credential):
            raise ValueError("give basic, token, nkey or credential")
        return self
