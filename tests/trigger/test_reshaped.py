"""Which mistakes of settings a parameter can mend."""

import pytest

from trigger.reshaped import check_shape


def _says(*mistakes):
    def compiled(_settings, place):
        for path, code in mistakes:
            where = place
            for step in path:
                where = where / step
            where.error("wrong", code=code)

    return compiled


@pytest.mark.parametrize(
    ("path", "code", "dest", "mended"),
    [
        (("http", "url"), "bad-url", "http.url", True),
        (("http", "url"), "bad-url", "http", True),
        (("http", "source"), "missing-field", "http.source.file.path", True),
        (("http", "payload", 0, "dest"), "bad-path", "http.payload.0", True),
        (("http", "url"), "bad-url", "http.urls", False),
        (("http", "url"), "bad-url", "http.method", False),
        (("http", "url"), "unknown-field", "http.url", False),
        (("http", "url"), "not-yet", "http.url", False),
        ((), "no-action", "http.url", False),
    ],
)
def test_a_mistake_is_mended_by_what_is_written_there(place, path, code, dest, mended):
    check_shape({}, place / "template", [dest], _says((path, code)))

    assert (place.mistakes == []) == mended
