import pytest

from hookline.errors import ManifestError, PermanentError, TemporaryError
from hookline.eventbus import errors


@pytest.mark.parametrize(
    ("code", "leaf", "reason"),
    [
        (10014, errors.NotFoundError, "NotFound"),
        (10059, errors.NotFoundError, "NotFound"),
        (10058, errors.ExistsError, "Exists"),
        (10071, errors.WrongSequenceError, "WrongSequence"),
        (10077, errors.StreamFullError, "StreamFull"),
        (10023, errors.StreamFullError, "StreamFull"),
        (10122, errors.StreamFullError, "StreamFull"),
        (10039, errors.JetStreamOffError, "JetStreamOff"),
        (10008, errors.BusError, "Bus"),
    ],
)
def test_a_refusal_becomes_the_leaf_of_its_code(code, leaf, reason):
    error = errors.refusal({"code": 400, "err_code": code, "description": "words"})
    assert type(error) is leaf
    assert isinstance(error, TemporaryError)
    assert (str(error), error.code, error.reason) == ("words", code, reason)


def test_what_can_never_be_sent_is_permanent():
    assert isinstance(errors.TooLargeError("x"), PermanentError)
    assert errors.TooLargeError("x").reason == "TooLarge"


def test_a_refused_bus_says_the_setting_and_what_to_change():
    error = errors.BusRefusedError("stream x drops", setting="discard: old", remedy="edit it")
    assert isinstance(error, ManifestError)
    assert str(error) == "stream x drops (discard: old): edit it"
